//! What is left after the program was killed while it wrote, when the disk was full, and when files
//! are damaged.
//!
//! `PEGASUS_DURABILITY_ROUNDS` and `PEGASUS_DURABILITY_SEED` make the first test longer, and another
//! one: `npm run durability`.

mod kill;
mod load;
mod media;
