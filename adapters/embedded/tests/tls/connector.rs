use embedded_io_async::{Read, Write};
use embedded_tls::pki::CertVerifier;
use embedded_tls::{Aes128GcmSha256, Certificate, CryptoProvider, CryptoRngCore, TlsClock};
use embedded_tls::{TlsConfig, TlsConnection, TlsContext, TlsError, TlsVerifier};

/// Speaks TLS 1.3 over `socket` with the server called `name`, whose certificate `root` has signed.
///
/// `root` is DER, and `C` the clock that the days of certificates are looked at by. The certificates that the server sends may have
/// `CHAIN` bytes together, of which several copies are made on the stack; with more there is no handshake. The records are lent to
/// the stream; the next one may have them again.
pub(crate) async fn open<'b, C: TlsClock, const CHAIN: usize, S: Read + Write + 'b>(
    socket: S,
    name: &str,
    root: &[u8],
    rng: impl CryptoRngCore,
    read_record: &'b mut [u8],
    write_record: &'b mut [u8],
) -> Result<TlsConnection<'b, S, Aes128GcmSha256>, TlsError> {
    let config = TlsConfig::new().with_server_name(name);
    let verifier = CertVerifier::<_, C, CHAIN>::new(Certificate::X509(root));
    let mut tls = TlsConnection::new(socket, read_record, write_record);
    tls.open(TlsContext::new(&config, Pinned { rng, verifier })).await?;
    Ok(tls)
}

/// What a handshake needs. Without a `verifier` in it, embedded-tls verifies nothing.
struct Pinned<N, V> {
    rng: N,
    verifier: V,
}

impl<N: CryptoRngCore, V: TlsVerifier<Aes128GcmSha256>> CryptoProvider for Pinned<N, V> {
    type CipherSuite = Aes128GcmSha256;
    type Signature = [u8; 0]; // none: the client has no certificate

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.rng
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Aes128GcmSha256>, TlsError> {
        Ok(&mut self.verifier)
    }
}
