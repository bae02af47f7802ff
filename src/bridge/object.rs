//! Native objects as results: they start operations of their own, so they keep the bridge.

use std::rc::Rc;

use napi::Error;
use napi::bindgen_prelude::ToNapiValue;

use super::completion::Completion;
use super::handle::Bridge;
use super::value::to_value;

/// A native object, made on the JavaScript thread with the bridge that delivers it.
pub(crate) fn object<T>(make: impl FnOnce(Rc<Bridge>) -> T + Send + 'static) -> Completion
where
    T: ToNapiValue + 'static,
{
    Completion::Object(Box::new(move |env, bridge| {
        let bridge = bridge.downcast::<Bridge>();
        let bridge = bridge.map_err(|_| Error::from_reason("an object was delivered by no bridge"))?;
        to_value(env, make(bridge))
    }))
}
