//! Which idle connections are kept, and for how long.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Target;

/// How many idle connections are kept, and for how long.
///
/// Connections in use are not counted: how many there are is the caller's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Idle connections in all. Past it the one that has been idle longest is closed. 0 turns reuse off.
    pub max_idle: usize,
    /// Idle connections to one scheme, host and port. 0 turns reuse off.
    pub max_idle_per_host: usize,
    /// A connection that has been idle for this long is not used again. It is closed the next time the pool is
    /// used, by whatever request: no task runs in the background for it.
    pub idle_timeout: Duration,
}

/// 64 in all, 32 to one host, 30 seconds.
impl Default for PoolLimits {
    fn default() -> Self {
        Self { max_idle: 64, max_idle_per_host: 32, idle_timeout: Duration::from_secs(30) }
    }
}

/// Idle connections by target, the last one back first out again: what is not needed ages and is closed.
///
/// Connections are closed after the lock is let go: to close one may take a system call, and a last word over TLS.
#[derive(Debug)]
pub(super) struct Pool<T> {
    limits: PoolLimits,
    hosts: Mutex<Hosts<T>>,
}

type Hosts<T> = HashMap<Target, VecDeque<Parked<T>>>;

#[derive(Debug)]
struct Parked<T> {
    connection: T,
    since: Duration,
}

impl<T> Pool<T> {
    pub(super) fn new(limits: PoolLimits) -> Self {
        Self { limits, hosts: Mutex::default() }
    }

    /// Takes the connection to `target` that was put back last.
    pub(super) fn take(&self, target: &Target, now: Duration) -> Option<T> {
        // It outlives the guard, which is declared after it.
        let mut closed = Vec::new();
        let mut hosts = self.hosts();
        self.remove_expired(&mut hosts, now, &mut closed);
        let queue = hosts.get_mut(target)?;
        let parked = queue.pop_back();
        if queue.is_empty() {
            hosts.remove(target);
        }
        Some(parked?.connection)
    }

    /// Puts a connection back, and closes what the limits leave no room for.
    pub(super) fn put(&self, target: &Target, connection: T, now: Duration) {
        if self.limits.max_idle == 0 || self.limits.max_idle_per_host == 0 {
            return;
        }
        // It outlives the guard, which is declared after it.
        let mut closed = Vec::new();
        let mut hosts = self.hosts();
        self.remove_expired(&mut hosts, now, &mut closed);
        let queue = hosts.entry(target.clone()).or_default();
        if queue.len() >= self.limits.max_idle_per_host {
            closed.extend(queue.pop_front());
        }
        queue.push_back(Parked { connection, since: now });
        if hosts.values().map(VecDeque::len).sum::<usize>() > self.limits.max_idle {
            closed.extend(remove_longest_idle(&mut hosts));
        }
    }

    /// Closes them all.
    pub(super) fn clear(&self) {
        // Bound first: in one expression the guard would be dropped after what it guards.
        let closed = std::mem::take(&mut *self.hosts());
        drop(closed);
    }

    fn remove_expired(&self, hosts: &mut Hosts<T>, now: Duration, closed: &mut Vec<Parked<T>>) {
        hosts.retain(|_, queue| {
            while let Some(oldest) = queue.front()
                && now.saturating_sub(oldest.since) >= self.limits.idle_timeout
            {
                closed.extend(queue.pop_front());
            }
            !queue.is_empty()
        });
    }

    fn hosts(&self) -> MutexGuard<'_, Hosts<T>> {
        // No invariant spans the map's entries: what a panicking thread left behind is as good as ever.
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove_longest_idle<T>(hosts: &mut Hosts<T>) -> Option<Parked<T>> {
    let oldest = hosts
        .iter()
        .filter_map(|(target, queue)| Some((queue.front()?.since, target)))
        .min_by_key(|&(since, _)| since)
        .map(|(_, target)| target.clone())?;
    let queue = hosts.get_mut(&oldest)?;
    let parked = queue.pop_front();
    if queue.is_empty() {
        hosts.remove(&oldest);
    }
    parked
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::{Rc, Weak};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn target(uri: &'static str) -> Target {
        Target::from_uri(&http::Uri::from_static(uri)).unwrap()
    }

    fn pool(max_idle: usize, max_idle_per_host: usize) -> Pool<u32> {
        Pool::new(PoolLimits { max_idle, max_idle_per_host, idle_timeout: 10 * SECOND })
    }

    #[test]
    fn the_last_back_is_the_first_out() {
        let (pool, a) = (pool(8, 8), target("http://a"));
        (1..=3).for_each(|connection| pool.put(&a, connection, SECOND));
        assert_eq!([(); 4].map(|()| pool.take(&a, SECOND)), [Some(3), Some(2), Some(1), None]);
    }

    #[test]
    fn scheme_host_and_port_tell_targets_apart() {
        let pool = pool(8, 8);
        pool.put(&target("http://a"), 1, SECOND);
        for other in ["http://b", "http://a:81", "https://a", "https://a:80"] {
            assert_eq!(pool.take(&target(other), SECOND), None, "{other}");
        }
        assert_eq!(pool.take(&target("http://A:80/path"), SECOND), Some(1));
    }

    #[test]
    fn one_host_has_its_bound() {
        let (pool, a, b) = (pool(8, 2), target("http://a"), target("http://b"));
        pool.put(&b, 9, SECOND);
        (1..=3).for_each(|connection| pool.put(&a, connection, SECOND));
        assert_eq!([(); 3].map(|()| pool.take(&a, SECOND)), [Some(3), Some(2), None]);
        assert_eq!(pool.take(&b, SECOND), Some(9));
    }

    #[test]
    fn all_hosts_share_a_bound_and_the_longest_idle_goes() {
        let (pool, a, b, c) = (pool(2, 2), target("http://a"), target("http://b"), target("http://c"));
        pool.put(&b, 1, SECOND);
        pool.put(&a, 2, 2 * SECOND);
        pool.put(&c, 3, 3 * SECOND);
        assert_eq!([&a, &b, &c].map(|target| pool.take(target, 3 * SECOND)), [Some(2), None, Some(3)]);
    }

    #[test]
    fn the_idle_expire() {
        let (pool, a) = (pool(8, 8), target("http://a"));
        pool.put(&a, 1, SECOND);
        pool.put(&a, 2, 2 * SECOND);
        assert_eq!(pool.take(&a, 11 * SECOND), Some(2));
        assert_eq!(pool.take(&a, 11 * SECOND), None);
        pool.put(&a, 3, 11 * SECOND);
        assert_eq!(pool.take(&a, 21 * SECOND), None);
    }

    #[test]
    fn a_bound_of_zero_keeps_nothing() {
        for (max_idle, max_idle_per_host) in [(0, 8), (8, 0)] {
            let (pool, a) = (pool(max_idle, max_idle_per_host), target("http://a"));
            pool.put(&a, 1, SECOND);
            assert_eq!(pool.take(&a, SECOND), None);
        }
    }

    /// A connection that tells, as it is closed, whether the pool can be used meanwhile.
    struct Probe {
        pool: Weak<Pool<Self>>,
        free: Rc<RefCell<Vec<bool>>>,
    }

    impl Drop for Probe {
        fn drop(&mut self) {
            // The pool itself may be going.
            if let Some(pool) = self.pool.upgrade() {
                self.free.borrow_mut().push(pool.hosts.try_lock().is_ok());
            }
        }
    }

    #[test]
    fn connections_are_closed_outside_the_lock() {
        let limits = PoolLimits { max_idle: 2, max_idle_per_host: 1, idle_timeout: 10 * SECOND };
        let (pool, free) = (Rc::new(Pool::new(limits)), Rc::default());
        let probe = || Probe { pool: Rc::downgrade(&pool), free: Rc::clone(&free) };
        let [a, b, c] = ["http://a", "http://b", "http://c"].map(target);
        let closed_by = |act: &dyn Fn()| {
            free.borrow_mut().clear();
            act();
            free.borrow().clone()
        };
        pool.put(&a, probe(), SECOND);
        assert_eq!(closed_by(&|| pool.put(&a, probe(), 2 * SECOND)), [true], "too many to one host");
        pool.put(&b, probe(), 3 * SECOND);
        assert_eq!(closed_by(&|| pool.put(&c, probe(), 4 * SECOND)), [true], "too many in all");
        assert_eq!(closed_by(&|| assert!(pool.take(&a, 13 * SECOND).is_none())), [true], "too old at take");
        assert_eq!(closed_by(&|| pool.put(&a, probe(), 14 * SECOND)), [true], "too old at put");
        pool.put(&b, probe(), 14 * SECOND);
        assert_eq!(closed_by(&|| pool.clear()), [true, true], "all");
    }

    #[test]
    fn clearing_closes_them_all() {
        let (pool, a) = (pool(8, 8), target("http://a"));
        pool.put(&a, 1, SECOND);
        pool.clear();
        assert_eq!(pool.take(&a, SECOND), None);
    }
}
