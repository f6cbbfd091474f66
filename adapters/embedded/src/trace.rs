//! What happens during a call, for `log` and `defmt`.

/// Says something, where there is somebody to listen. The arguments are numbers: nothing that is said can be a secret.
macro_rules! debug {
    ($text:literal $(, $argument:expr)*) => {{
        #[cfg(feature = "log")]
        log::debug!($text $(, $argument)*);
        #[cfg(feature = "defmt")]
        defmt::debug!($text $(, $argument)*);
        #[cfg(not(any(feature = "log", feature = "defmt")))]
        let _ = ($(&$argument,)*);
    }};
}

pub(crate) use debug;
