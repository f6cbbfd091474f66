//! Brings into order again what is done out of order.

use std::collections::VecDeque;

/// Places in a row: taken in order, filled in any, and emptied in order.
#[derive(Debug)]
pub(super) struct Window<R> {
    /// `None`: taken, and not filled yet.
    places: VecDeque<Option<R>>,
    /// The number of the first place that is not emptied.
    first: u64,
}

impl<R> Window<R> {
    pub(super) fn new() -> Self {
        Self { places: VecDeque::new(), first: 0 }
    }

    /// Takes the next place, and gives its number.
    pub(super) fn take(&mut self) -> u64 {
        self.places.push_back(None);
        self.first + self.places.len() as u64 - 1
    }

    /// Fills a place that was taken.
    pub(super) fn fill(&mut self, place: u64, what: R) {
        let index = place.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(place) = index.and_then(|index| self.places.get_mut(index)) {
            *place = Some(what);
        }
    }

    /// Empties the first place, if it is filled.
    pub(super) fn pop(&mut self) -> Option<R> {
        let what = self.places.front_mut()?.take()?;
        self.places.pop_front();
        self.first += 1;
        Some(what)
    }

    /// How many places are taken and not emptied.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// What is filled, in order; the places between are given up.
    pub(super) fn into_filled(self) -> impl Iterator<Item = R> {
        self.places.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order_whatever_is_done_first() {
        let mut window = Window::new();
        let places: Vec<u64> = (0..4).map(|_| window.take()).collect();
        window.fill(places[2], 'c');
        window.fill(places[1], 'b');
        assert_eq!((window.pop(), window.len()), (None, 4));
        window.fill(places[0], 'a');
        assert_eq!(
            (window.pop(), window.pop(), window.pop(), window.pop()),
            (Some('a'), Some('b'), Some('c'), None)
        );
        let late = window.take();
        window.fill(late, 'e');
        assert_eq!(window.len(), 2);
        assert_eq!(window.into_filled().collect::<Vec<_>>(), ['e']);
    }
}
