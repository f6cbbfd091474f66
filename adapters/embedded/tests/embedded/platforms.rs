//! The timers and connectors for what others offer.

#[cfg(feature = "embedded-hal-async")]
#[test]
fn a_delay_and_a_clock_make_a_timer() {
    use std::time::Duration;

    use choreoai_embedded::time::{DeadlineKind, Deadlines, DelayTimer};
    use choreoai_embedded::{Error, Session};
    use embedded_hal_async::delay::DelayNs;

    use crate::support::*;

    struct Delay(World);

    impl DelayNs for Delay {
        async fn delay_ns(&mut self, ns: u32) {
            self.0.sleep(Duration::from_nanos(ns.into())).await;
        }
    }

    let world = World::default();
    let clock = world.clone();
    let timer = DelayTimer::new(Delay(world.clone()), || clock.now());
    let mut buffer = [0; 64];
    let limit = Duration::from_micros(7_654_321);
    let deadlines = Deadlines { first_event: Some(limit), ..Deadlines::stream() };
    let mut session =
        Session::new(Script::new(&world, [Step::Stall]), &mut buffer).with_timer(timer, deadlines);
    let outcome = world.run(async { session.stream(&REQUEST).await.map(drop) });
    assert_eq!(outcome, Some(Err(Error::Deadline(DeadlineKind::FirstEvent))));
    assert_eq!(world.now(), Duration::from_millis(7_655));
}

#[cfg(feature = "embedded-nal-async")]
#[test]
fn a_stack_makes_connections() {
    use std::cell::RefCell;
    use std::net::SocketAddr;

    use choreoai_embedded::chat::Verdict;
    use choreoai_embedded::connect::{Connect, NalTcp};
    use choreoai_embedded::{Client, Error};
    use embedded_nal_async::TcpConnect;

    use crate::support::*;

    /// Has two connections to give.
    struct Stack(World, RefCell<Vec<SocketAddr>>);

    impl TcpConnect for Stack {
        type Error = Broken;
        type Connection<'a> = Script;

        async fn connect(&self, remote: SocketAddr) -> Result<Script, Broken> {
            self.1.borrow_mut().push(remote);
            if self.1.borrow().len() > 2 {
                return Err(Broken("no more"));
            }
            Ok(Script::new(&self.0, [bytes(chunked(STREAM, 9))]))
        }
    }

    let world = World::default();
    let stack = Stack(world.clone(), RefCell::default());
    let remote = SocketAddr::from(([192, 168, 7, 1], 8000));
    let mut connector = NalTcp::new(&stack, remote);
    assert!(connector.socket().is_none());
    let mut buffer = [0; 64];
    let mut client = Client::new(&mut connector, &mut buffer, world.clone(), || 0);
    for _ in 0..2 {
        let outcome = world.run(async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
        assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
        client.close();
    }
    let outcome = world.run(async { client.stream(&REQUEST).await.map(drop) });
    assert_eq!(outcome, Some(Err(Error::Connect(Broken("no more")))));
    assert_eq!(client.attempts(), 3);
    assert_eq!(stack.1.take(), [remote; 5]);
}
