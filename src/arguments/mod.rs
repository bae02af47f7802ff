//! Arguments from JavaScript: numbers that stand for options, bits, packed lists.

pub(crate) mod options;
pub(crate) mod packed;
pub(crate) mod range;
