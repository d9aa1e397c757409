//! Functions that do almost nothing, to measure the cost of a native call.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};
use napi_derive::napi;

type RawCallback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// The number of functions of one callback that a call site calls in turn.
const MANY: u32 = 8;

/// Does nothing. Made by the macro.
#[napi]
pub fn nothing() {}

/// One integer in and one out. Made by the macro.
#[napi]
pub fn next(number: i32) -> i32 {
    number.wrapping_add(1)
}

/// A class. Made by the macro.
#[napi]
#[derive(Default)]
pub struct Counter {
    count: i32,
}

#[napi]
impl Counter {
    /// Counts from 0.
    #[napi(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { count: 0 }
    }

    /// Does nothing.
    #[napi]
    pub fn nothing(&self) {}

    /// One integer in and one out.
    #[napi]
    pub fn add(&mut self, number: i32) -> i32 {
        self.count = self.count.wrapping_add(number);
        self.count
    }
}

/// Adds the raw callbacks and the memory that one of them shares.
#[napi(module_exports)]
pub fn set_up(mut exports: Object, env: Env) -> Result<()> {
    exports.set("rawNothing", raw(&env, raw_nothing, ptr::null_mut())?)?;
    exports.set("rawNext", raw(&env, raw_next, ptr::null_mut())?)?;
    exports.set("rawSum", raw(&env, raw_sum, ptr::null_mut())?)?;
    exports.set("rawUnwrap", raw(&env, raw_unwrap, ptr::null_mut())?)?;
    exports.set("rawWrap", raw(&env, raw_wrap, ptr::null_mut())?)?;

    let mut many = env.create_array(MANY)?;
    for i in 0..MANY {
        many.set(i, raw(&env, raw_nothing, ptr::null_mut())?)?;
    }
    exports.set("rawMany", many)?;

    let integers = Int32Array::with_data_copied([0, 0]);
    exports.set("sharedIntegers", integers)?;
    let integers: Int32Array = exports.get("sharedIntegers")?.expect("just set");
    let shared = integers.as_ptr().cast_mut().cast();
    std::mem::forget(integers); // never freed: it is needed until the process ends
    exports.set("rawShared", raw(&env, raw_shared, shared)?)
}

fn raw<'env>(env: &'env Env, callback: RawCallback, data: *mut c_void) -> Result<Unknown<'env>> {
    let mut function = ptr::null_mut();
    unsafe {
        let create = sys::napi_create_function;
        check_status!(create(env.raw(), ptr::null(), 0, Some(callback), data, &mut function))?;
        Unknown::from_napi_value(env.raw(), function)
    }
}

unsafe extern "C" fn raw_nothing(_: sys::napi_env, _: sys::napi_callback_info) -> sys::napi_value {
    ptr::null_mut()
}

unsafe extern "C" fn raw_next(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    unsafe {
        let [number] = arguments(env, info);
        let mut answer = ptr::null_mut();
        sys::napi_create_int32(env, number.wrapping_add(1), &mut answer);
        answer
    }
}

unsafe extern "C" fn raw_sum(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    unsafe {
        let [a, b] = arguments(env, info);
        std::hint::black_box(a.wrapping_add(b));
    }
    ptr::null_mut()
}

unsafe extern "C" fn raw_shared(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    unsafe {
        let mut data = ptr::null_mut();
        let none = ptr::null_mut;
        sys::napi_get_cb_info(env, info, ptr::null_mut(), none(), ptr::null_mut(), &mut data);
        let integers = &*data.cast::<[Cell<i32>; 2]>();
        integers[1].set(integers[0].get().wrapping_add(1));
    }
    ptr::null_mut()
}

unsafe extern "C" fn raw_wrap(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    unsafe {
        let count = Box::into_raw(Box::new(Cell::new(0i32)));
        sys::napi_wrap(env, this(env, info), count.cast(), None, ptr::null_mut(), ptr::null_mut());
    }
    ptr::null_mut()
}

unsafe extern "C" fn raw_unwrap(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    unsafe {
        let mut data = ptr::null_mut();
        sys::napi_unwrap(env, this(env, info), &mut data);
        let count = &*data.cast::<Cell<i32>>();
        count.set(count.get().wrapping_add(1));
    }
    ptr::null_mut()
}

unsafe fn this(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut this = ptr::null_mut();
    let none = ptr::null_mut;
    unsafe {
        sys::napi_get_cb_info(env, info, ptr::null_mut(), ptr::null_mut(), &mut this, none())
    };
    this
}

unsafe fn arguments<const N: usize>(env: sys::napi_env, info: sys::napi_callback_info) -> [i32; N] {
    let mut values = [ptr::null_mut(); N];
    let mut count = N;
    let mut numbers = [0; N];
    unsafe {
        let none = ptr::null_mut;
        sys::napi_get_cb_info(env, info, &mut count, values.as_mut_ptr(), ptr::null_mut(), none());
        for (number, value) in numbers.iter_mut().zip(values) {
            sys::napi_get_value_int32(env, value, number);
        }
    }
    numbers
}
