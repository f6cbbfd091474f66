//! Connections, made again and again.

#[cfg(feature = "embassy-net")]
mod embassy;
#[cfg(feature = "embedded-nal-async")]
mod nal;

use core::fmt;

use embedded_io_async::{Error, Read, Write};

#[cfg(feature = "embassy-net")]
pub use embassy::{EmbassyTcp, EmbassyTcpError};
#[cfg(feature = "embedded-nal-async")]
pub use nal::NalTcp;

/// Makes a connection, keeps it, and makes it anew.
///
/// The connection stays with the connector, which may be the connection itself: a UART is resynchronised, a socket connected again
/// with the buffers that it has. From a function that gives a new socket each time, [`connect_with`] makes a connector.
pub trait Connect {
    /// Why there is no connection, or why it was lost.
    type Error: Error;
    /// A connection.
    type Socket: Read<Error = Self::Error> + Write<Error = Self::Error>;

    /// Closes the connection, if there is one, and makes another. Dropping the future leaves none.
    #[allow(async_fn_in_trait, reason = "whether it is `Send` shows from the type of the connector")]
    async fn connect(&mut self) -> Result<(), Self::Error>;

    /// The connection that was made last, unless it was closed.
    fn socket(&mut self) -> Option<&mut Self::Socket>;

    /// Closes the connection, if there is one: at once, whatever is still to be read.
    fn close(&mut self);
}

impl<C: Connect> Connect for &mut C {
    type Error = C::Error;
    type Socket = C::Socket;

    async fn connect(&mut self) -> Result<(), Self::Error> {
        C::connect(self).await
    }

    fn socket(&mut self) -> Option<&mut Self::Socket> {
        C::socket(self)
    }

    fn close(&mut self) {
        C::close(self);
    }
}

/// A connector that gets its connections from `connect`. Dropping one closes it; that is done before the next one is made.
///
/// ```
/// use choreoai_embedded::connect::connect_with;
///
/// # async fn dial() -> Result<&'static [u8], core::convert::Infallible> { Ok(b"") }
/// let connector = connect_with(async || dial().await);
/// # let _ = connector;
/// ```
pub const fn connect_with<F, S>(connect: F) -> ConnectWith<F, S>
where
    F: AsyncFnMut() -> Result<S, S::Error>,
    S: embedded_io_async::ErrorType,
{
    ConnectWith { connect, socket: None }
}

/// A connector out of a function: see [`connect_with`].
pub struct ConnectWith<F, S> {
    connect: F,
    socket: Option<S>,
}

impl<F: AsyncFnMut() -> Result<S, S::Error>, S: Read + Write> Connect for ConnectWith<F, S> {
    type Error = S::Error;
    type Socket = S;

    async fn connect(&mut self) -> Result<(), S::Error> {
        self.socket = None;
        self.socket = Some((self.connect)().await?);
        Ok(())
    }

    fn socket(&mut self) -> Option<&mut S> {
        self.socket.as_mut()
    }

    fn close(&mut self) {
        self.socket = None;
    }
}

impl<F, S> fmt::Debug for ConnectWith<F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectWith").field("is_connected", &self.socket.is_some()).finish_non_exhaustive()
    }
}
