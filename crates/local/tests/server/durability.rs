//! What remains after the program was killed during writes, after the disk was full, and after
//! files were damaged.
//!
//! `PEGASUS_DURABILITY_ROUNDS` and `PEGASUS_DURABILITY_SEED` set the length and the seed of the
//! first test (`npm run durability`).

mod kill;
mod load;
mod media;
