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
#[derive(Debug)]
pub(super) struct Pool<T> {
    limits: PoolLimits,
    hosts: Mutex<HashMap<Target, VecDeque<Idle<T>>>>,
}

#[derive(Debug)]
struct Idle<T> {
    connection: T,
    since: Duration,
}

impl<T> Pool<T> {
    pub(super) fn new(limits: PoolLimits) -> Self {
        Self { limits, hosts: Mutex::default() }
    }

    /// Takes the connection to `target` that was put back last.
    pub(super) fn take(&self, target: &Target, now: Duration) -> Option<T> {
        let mut hosts = self.hosts();
        self.close_expired(&mut hosts, now);
        let queue = hosts.get_mut(target)?;
        let idle = queue.pop_back();
        if queue.is_empty() {
            hosts.remove(target);
        }
        Some(idle?.connection)
    }

    /// Puts a connection back, and closes what the limits leave no room for.
    pub(super) fn put(&self, target: &Target, connection: T, now: Duration) {
        if self.limits.max_idle == 0 || self.limits.max_idle_per_host == 0 {
            return;
        }
        let mut hosts = self.hosts();
        self.close_expired(&mut hosts, now);
        let queue = hosts.entry(target.clone()).or_default();
        if queue.len() >= self.limits.max_idle_per_host {
            queue.pop_front();
        }
        queue.push_back(Idle { connection, since: now });
        if hosts.values().map(VecDeque::len).sum::<usize>() > self.limits.max_idle {
            close_longest_idle(&mut hosts);
        }
    }

    /// Closes them all.
    pub(super) fn clear(&self) {
        self.hosts().clear();
    }

    fn close_expired(&self, hosts: &mut HashMap<Target, VecDeque<Idle<T>>>, now: Duration) {
        hosts.retain(|_, queue| {
            while let Some(oldest) = queue.front()
                && now.saturating_sub(oldest.since) >= self.limits.idle_timeout
            {
                queue.pop_front();
            }
            !queue.is_empty()
        });
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<Target, VecDeque<Idle<T>>>> {
        // No invariant spans the map's entries: what a panicking thread left behind is as good as ever.
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn close_longest_idle<T>(hosts: &mut HashMap<Target, VecDeque<Idle<T>>>) {
    let oldest = hosts
        .iter()
        .filter_map(|(target, queue)| Some((queue.front()?.since, target)))
        .min_by_key(|&(since, _)| since)
        .map(|(_, target)| target.clone());
    if let Some(target) = oldest
        && let Some(queue) = hosts.get_mut(&target)
    {
        queue.pop_front();
        if queue.is_empty() {
            hosts.remove(&target);
        }
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn clearing_closes_them_all() {
        let (pool, a) = (pool(8, 8), target("http://a"));
        pool.put(&a, 1, SECOND);
        pool.clear();
        assert_eq!(pool.take(&a, SECOND), None);
    }
}
