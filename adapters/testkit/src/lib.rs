//! A scripted gateway for tests and demonstrations.
