//! What the tests share.
#![allow(dead_code, reason = "no test uses everything")]

pub(crate) mod model;
pub(crate) mod refusable;
