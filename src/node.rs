//! The Node-API binding; the only file with `unsafe` in it.
//!
//! What is not hot goes through the `#[napi]` class [`NodeSlots`]. The two hot
//! crossings, `crossToGet` and `crossToPut`, are plain callbacks without
//! arguments or results: they find the manager's number and the slot in the
//! *registers*, two integers that each environment shares with JavaScript.
//!
//! No JavaScript runs while a manager is borrowed.
#![allow(unsafe_code)]
#![allow(unreachable_pub)] // #[napi] takes none but pub methods

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};
use napi_derive::napi;

use crate::{BOTTOM, GIVEN, LANE_RUNS, Lane, MAX_SLOTS, NoFreeSlot, OWNER, RUN, Slots, TOP};

/// Register: the number of the manager that is called.
const MANAGER: usize = 0;
/// Register: the slot that is put, and afterwards the slot that was got or one
/// of the refusals below.
const SLOT: usize = 1;
const REGISTERS: usize = 2;

/// All slots are in use (get); the slot is not in use (put).
const REFUSED: i32 = -1;
/// There are free slots, but memory for the bookkeeping was refused (get).
const OUT_OF_MEMORY: i32 = -2;

/// Integers in an `Int32Array`, kept alive by a reference to it.
struct SharedCells {
    cells: *const Cell<i32>,
    length: usize,
    array: sys::napi_ref,
}

impl SharedCells {
    fn new(env: &Env, length: usize) -> Result<Self> {
        let mut data = ptr::null_mut();
        let mut buffer = ptr::null_mut();
        let mut array = ptr::null_mut();
        let mut reference = ptr::null_mut();
        // SAFETY: env is the environment that called, and the pointers are to
        // locals that outlive the calls.
        unsafe {
            let (env, bytes) = (env.raw(), length * size_of::<i32>());
            check_status!(sys::napi_create_arraybuffer(
                env,
                bytes,
                &mut data,
                &mut buffer
            ))?;
            let kind = sys::TypedarrayType::int32_array;
            check_status!(sys::napi_create_typedarray(
                env, kind, length, buffer, 0, &mut array
            ))?;
            check_status!(sys::napi_create_reference(env, array, 1, &mut reference))?;
        }
        Ok(Self {
            cells: data.cast(),
            length,
            array: reference,
        })
    }

    /// The `Int32Array`.
    fn array<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment and is deleted in
        // `release` alone, which consumes self.
        unsafe {
            check_status!(sys::napi_get_reference_value(
                env.raw(),
                self.array,
                &mut value
            ))?;
            Unknown::from_napi_value(env.raw(), value)
        }
    }

    /// Lets go of the array.
    fn release(&self, env: &Env) {
        // SAFETY: as in `array`; a failure leaves the array to the environment's end.
        unsafe { sys::napi_delete_reference(env.raw(), self.array) };
    }
}

impl AsRef<[Cell<i32>]> for SharedCells {
    #[inline]
    fn as_ref(&self) -> &[Cell<i32>] {
        // SAFETY: the array is referenced until `release`, so its memory stays
        // where it is: nothing detaches it, since index.js lets nobody have it.
        // It was made with this length, it is aligned for i32, and JavaScript
        // reaches it on this thread only, which is what Cell allows.
        unsafe { std::slice::from_raw_parts(self.cells, self.length) }
    }
}

/// What belongs to one environment (a thread that loaded the addon).
struct Environment {
    registers: SharedCells,
    /// The managers by number.
    managers: RefCell<Vec<Option<Rc<Manager>>>>,
    /// Numbers that no manager has.
    unused: RefCell<Vec<usize>>,
}

/// A manager and what V8 has been told of its size.
struct Manager {
    slots: RefCell<Slots<SharedCells>>,
    reported: Cell<i64>,
}

impl Manager {
    /// Tells V8 how much memory the manager holds now.
    fn report(&self, env: &Env, bytes: usize) {
        let bytes = bytes as i64;
        let change = bytes - self.reported.replace(bytes);
        if change != 0 {
            // It only paces the garbage collector: a failure is no error.
            let _ = env.adjust_external_memory(change);
        }
    }
}

impl Environment {
    fn of(env: &Env) -> Result<&'static Rc<Self>> {
        env.get_instance_data::<Rc<Self>>()?
            .map(|environment| &*environment)
            .ok_or_else(|| Error::from_reason("the addon was not initialised"))
    }

    fn add(&self, manager: Rc<Manager>) -> usize {
        let mut managers = self.managers.borrow_mut();
        let number = self.unused.borrow_mut().pop().unwrap_or_else(|| {
            managers.push(None);
            managers.len() - 1
        });
        managers[number] = Some(manager);
        number
    }

    fn remove(&self, number: usize) {
        self.managers.borrow_mut()[number] = None;
        self.unused.borrow_mut().push(number);
    }
}

/// The class `CallosumServerSlots` of the addon: all of a manager, one crossing
/// a call. `index.js` puts the fast paths and the events on top of it.
#[napi(js_name = "CallosumServerSlots", custom_finalize)]
pub(crate) struct NodeSlots {
    environment: Rc<Environment>,
    manager: Rc<Manager>,
    number: usize,
}

#[napi]
impl NodeSlots {
    /// A manager of `maxSlots` slots (1 to 2^31 - 1, the default), all free.
    #[napi(constructor)]
    pub fn new(env: Env, max_slots: Option<f64>) -> Result<Self> {
        let max_slots = match max_slots {
            None => MAX_SLOTS,
            Some(value) => slot_number(value)
                .filter(|&slots| slots > 0)
                .ok_or_else(|| {
                    let message =
                        format!("maxSlots must be an integer from 1 to {MAX_SLOTS}: {value}");
                    Error::new(Status::InvalidArg, message)
                })?,
        };
        let environment = Rc::clone(Environment::of(&env)?);
        let lane = Lane::new(SharedCells::new(&env, Lane::cells_for(LANE_RUNS))?);
        let slots = Slots::over(lane, max_slots);
        let bytes = slots.bytes();
        let manager = Rc::new(Manager {
            slots: RefCell::new(slots),
            reported: Cell::new(0),
        });
        let number = environment.add(Rc::clone(&manager));
        manager.slots.borrow().lane().memory().as_ref()[OWNER].set(number as i32);
        manager.report(&env, bytes);
        Ok(Self {
            environment,
            manager,
            number,
        })
    }

    /// Takes the lowest free slot; `null` where there is none.
    #[napi]
    pub fn get(&self, env: Env) -> Option<u32> {
        let (slot, bytes) = {
            let mut slots = self.manager.slots.borrow_mut();
            (slots.get().ok(), slots.bytes())
        };
        self.manager.report(&env, bytes);
        slot
    }

    /// Frees a slot; false where it is not in use.
    #[napi]
    pub fn put(&self, slot: f64) -> bool {
        slot_number(slot).is_some_and(|slot| self.manager.slots.borrow_mut().put(slot).is_ok())
    }

    /// How many different slots have been given so far: one more than the highest.
    #[napi(getter)]
    pub fn max_slot_given(&self) -> u32 {
        self.manager.slots.borrow().max_slot_given()
    }

    /// How many slots there are, in use or free.
    #[napi(getter)]
    pub fn max_slots(&self) -> u32 {
        self.manager.slots.borrow().max_slots()
    }

    /// The lane's integers. Whoever gets them keeps L1 to L4 and detaches nothing.
    #[napi(getter, ts_return_type = "Int32Array")]
    pub fn lane<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        self.manager.slots.borrow().lane().memory().array(env)
    }
}

impl ObjectFinalize for NodeSlots {
    fn finalize(self, env: Env) -> Result<()> {
        self.environment.remove(self.number);
        self.manager.report(&env, 0);
        self.manager.slots.borrow().lane().memory().release(&env);
        Ok(())
    }
}

/// The number as a slot, if it is an integer from 0 to 2^31 - 1.
fn slot_number(value: f64) -> Option<u32> {
    let slot = value as u32;
    (f64::from(slot) == value && slot <= MAX_SLOTS).then_some(slot)
}

/// Sets up an environment: its registers and the two hot crossings.
#[napi(module_exports)]
pub(crate) fn set_up(mut exports: Object, env: Env) -> Result<()> {
    let environment = Rc::new(Environment {
        registers: SharedCells::new(&env, REGISTERS)?,
        managers: RefCell::default(),
        unused: RefCell::default(),
    });
    exports.set("registers", environment.registers.array(&env)?)?;
    exports.set("crossToGet", crossing(&env, &environment, cross_to_get)?)?;
    exports.set("crossToPut", crossing(&env, &environment, cross_to_put)?)?;
    let mut layout = Object::new(&env)?;
    for (name, value) in [
        ("TOP", TOP),
        ("GIVEN", GIVEN),
        ("OWNER", OWNER),
        ("BOTTOM", BOTTOM),
        ("RUN", RUN),
        ("MANAGER", MANAGER),
        ("SLOT", SLOT),
    ] {
        layout.set(name, value as u32)?;
    }
    layout.set("OUT_OF_MEMORY", OUT_OF_MEMORY)?;
    exports.set("layout", layout)?;
    env.set_instance_data(environment, (), |context| {
        context.value.registers.release(&context.env);
    })
}

/// A JavaScript function that calls `callback` with the environment as its data.
fn crossing<'env>(
    env: &'env Env,
    environment: &Rc<Environment>,
    callback: unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value,
) -> Result<Unknown<'env>> {
    let data = Rc::as_ptr(environment).cast_mut().cast::<c_void>();
    let mut function = ptr::null_mut();
    // SAFETY: the environment's instance data keeps `data` alive for as long as
    // JavaScript can call the function.
    unsafe {
        let (name, length) = (ptr::null(), 0);
        let create = sys::napi_create_function;
        check_status!(create(
            env.raw(),
            name,
            length,
            Some(callback),
            data,
            &mut function
        ))?;
        Unknown::from_napi_value(env.raw(), function)
    }
}

unsafe extern "C" fn cross_to_get(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node-API calls this with a live environment and call, and made
    // the function with the environment as data (`crossing`).
    unsafe {
        cross(env, info, |slots, _| match slots.get() {
            Ok(slot) => slot as i32,
            Err(NoFreeSlot::AllInUse) => REFUSED,
            Err(NoFreeSlot::OutOfMemory) => OUT_OF_MEMORY,
        })
    }
}

unsafe extern "C" fn cross_to_put(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: as in `cross_to_get`.
    unsafe {
        cross(env, info, |slots, slot| match slots.put(slot as u32) {
            Ok(()) => slot,
            Err(_) => REFUSED,
        })
    }
}

/// Calls `work` with the manager and the slot that the registers name, and
/// leaves its answer in the slot's register.
///
/// # Safety
///
/// To be called by Node-API alone, as the callback of a function that
/// [`crossing`] made.
#[inline]
unsafe fn cross(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    work: impl FnOnce(&mut Slots<SharedCells>, i32) -> i32,
) -> sys::napi_value {
    let mut data = ptr::null_mut();
    // SAFETY: env and info are the call's own; null asks for nothing.
    unsafe {
        let none = ptr::null_mut;
        sys::napi_get_cb_info(
            env,
            info,
            ptr::null_mut(),
            none(),
            ptr::null_mut(),
            &mut data,
        )
    };
    // SAFETY: `crossing` set data to an Environment, which outlives the function.
    let environment = unsafe { &*data.cast::<Environment>() };
    let registers = environment.registers.as_ref();
    let crossed = catch_unwind(AssertUnwindSafe(|| {
        let managers = environment.managers.borrow();
        let manager = managers[registers[MANAGER].get() as usize].as_ref();
        let manager = manager.expect("the manager is alive while its lane is");
        let mut slots = manager.slots.borrow_mut();
        registers[SLOT].set(work(&mut slots, registers[SLOT].get()));
        let bytes = slots.bytes();
        (bytes as i64 != manager.reported.get()).then(|| (Rc::clone(manager), bytes))
    }));
    match crossed {
        Ok(None) => {}
        // Only here, with nothing borrowed: V8 may collect garbage now.
        Ok(Some((manager, bytes))) => manager.report(&Env::from_raw(env), bytes),
        Err(_) => {
            let message = c"callosum-server-slots: internal error (a panic in Rust)";
            // SAFETY: env is live, and the strings end in NUL.
            unsafe { sys::napi_throw_error(env, ptr::null(), message.as_ptr()) };
        }
    }
    ptr::null_mut()
}
