//! The ChoreoAI client on smol.
