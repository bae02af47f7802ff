//! The settings ("envs") of a table: their names and values, and the effects that clients notice.

mod deny;
mod names;
mod settings;
mod throttling;
mod validate;

pub(crate) use self::names::{Envs, VALIDATE_PARTITION_HASH};
pub(crate) use self::settings::Settings;
pub(crate) use self::throttling::{Throttled, Throttling, Usage};
pub(crate) use self::validate::{validate, validate_at_creation};
