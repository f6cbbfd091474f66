//! The gate and the rate, against models.

mod gate;
mod rate;
