//! What the tests share; the fuzz targets use the same files.
#![allow(dead_code, reason = "no test uses everything")]

pub(crate) mod model;
pub(crate) mod refusable;
