//! The arguments of the `pegasus-local` program.

use std::ffi::OsString;

use napi_derive::napi;
use pegasus_local::cli;

use super::options::NativeLocalOptions;

/// The arguments of the `pegasus-local` program: options, or the reason why there are none.
#[napi(object, object_from_js = false)]
pub(crate) struct NativeLocalArguments {
    pub options: Option<NativeLocalOptions>,
    pub message: Option<String>,
    pub exit_code: i32,
}

/// Parses the arguments of the `pegasus-local` program, without its name. Throws nothing: a refusal is a value.
#[napi]
pub(crate) fn parse_local_arguments(args: Vec<String>) -> NativeLocalArguments {
    let name = OsString::from("pegasus-local");
    match cli::parse(std::iter::once(name).chain(args.into_iter().map(OsString::from))) {
        Ok(options) => NativeLocalArguments { options: Some(options.into()), message: None, exit_code: 0 },
        Err(refusal) => NativeLocalArguments {
            options: None,
            message: Some(refusal.message),
            exit_code: refusal.exit_code,
        },
    }
}
