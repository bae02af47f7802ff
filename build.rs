//! Tells the linker how to find Node-API symbols at load time, and that the addon stays loaded: when the only worker
//! that used it ends, threads of it may still be at work.

fn main() {
    napi_build::setup();
}
