//! Pegasus client.
