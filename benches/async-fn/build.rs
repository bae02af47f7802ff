//! Tells the linker how to find Node-API symbols at load time.

fn main() {
    napi_build::setup();
}
