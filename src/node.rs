//! The Node-API binding; the only file with `unsafe` in it.
//!
//! What is not hot goes through the `#[napi]` class [`NodeSlots`]. The two hot
//! crossings, `crossToGet` and `crossToPut`, are plain callbacks without
//! arguments: they find the manager's number and the slot in the *registers*, two
//! integers that each environment shares with JavaScript.
//!
//! No JavaScript runs while a manager is borrowed.
//!
//! # Panics
//!
//! Nothing that JavaScript does through `index.js` makes the core panic. If it did
//! all the same, the panic would end here, in [`Environment::with_manager`]: the
//! call throws an `Error` that says `internal error` and why, and the manager, of
//! which nobody knows what state it is in, is given up. It is empty to JavaScript,
//! and any further call on it that gets to Rust throws. Other managers go on. Where
//! the allocator has no memory for what is not a manager's, or a finalizer panics,
//! Rust ends the process with a message.
#![allow(unsafe_code)]
#![allow(unreachable_pub)] // #[napi] takes none but pub methods

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

use crate::memory::{self, FIRST_WORDS, OWNER, cells_for};
use crate::{CannotReserve, MAX_SLOTS, Memory, NoFreeSlot, Slots};

/// Register: the number of the manager that is called.
const MANAGER: usize = 0;
/// Register: the slot that is put, and afterwards the slot that was got or reserved,
/// or one of the refusals below.
const SLOT: usize = 1;
const REGISTERS: usize = 2;

/// All slots are in use (get); the slot is not in use (put), or is (reserve).
const REFUSED: i32 = -1;
/// There are free slots, but memory for the bookkeeping was refused (get, reserve).
const OUT_OF_MEMORY: i32 = -2;

/// Integers in an `Int32Array`, kept alive by a reference to it.
struct SharedCells {
    cells: *const Cell<i32>,
    length: usize,
    array: sys::napi_ref,
    arrays: Rc<Int32Arrays>,
}

/// Makes `Int32Array`s, with the constructor as it was when the addon loaded.
///
/// They are made by the constructor and not by `napi_create_arraybuffer`, since
/// that ends the process where memory is refused.
struct Int32Arrays {
    env: sys::napi_env,
    constructor: sys::napi_ref,
}

impl Int32Arrays {
    fn new(env: &Env) -> Result<Self> {
        let mut global = ptr::null_mut();
        let mut constructor = ptr::null_mut();
        let mut reference = ptr::null_mut();
        let env = env.raw();
        // SAFETY: env is the environment that called, the name ends in NUL, and
        // the pointers are to locals that outlive the calls.
        unsafe {
            check_status!(sys::napi_get_global(env, &mut global))?;
            let name = c"Int32Array".as_ptr();
            check_status!(sys::napi_get_named_property(env, global, name, &mut constructor))?;
            check_status!(sys::napi_create_reference(env, constructor, 1, &mut reference))?;
        }
        Ok(Self { env, constructor: reference })
    }

    /// An array of zeros; `None` where memory is refused.
    fn make(self: &Rc<Self>, length: usize) -> Option<SharedCells> {
        let env = self.env;
        let mut scope = ptr::null_mut();
        // SAFETY: self is alive, so its environment is; the scope is closed once,
        // when no handle of it is left. The built-in constructor runs no code of
        // anybody's.
        unsafe {
            ok(sys::napi_open_handle_scope(env, &mut scope))?;
            let array = self.construct(length);
            let cells = array.and_then(|array| self.share(array, length));
            ok(sys::napi_close_handle_scope(env, scope))?;
            cells
        }
    }

    /// # Safety
    ///
    /// In a handle scope that outlives the handle returned.
    unsafe fn construct(&self, length: usize) -> Option<sys::napi_value> {
        let env = self.env;
        let mut constructor = ptr::null_mut();
        let mut argument = ptr::null_mut();
        let mut array = ptr::null_mut();
        // SAFETY: self is alive, so its environment is, and the pointers are to
        // locals that outlive the calls.
        unsafe {
            ok(sys::napi_get_reference_value(env, self.constructor, &mut constructor))?;
            ok(sys::napi_create_uint32(env, u32::try_from(length).ok()?, &mut argument))?;
            let made = sys::napi_new_instance(env, constructor, 1, &argument, &mut array);
            if made != sys::Status::napi_ok {
                // The RangeError that says why is not for the caller.
                sys::napi_get_and_clear_last_exception(env, &mut array);
                return None;
            }
        }
        Some(array)
    }

    /// The integers of an array; `None` unless it is an `Int32Array` of this length.
    ///
    /// # Safety
    ///
    /// The array is a live value of the environment.
    unsafe fn share(self: &Rc<Self>, array: sys::napi_value, length: usize) -> Option<SharedCells> {
        let env = self.env;
        // SAFETY: the array is as `integers` wants it.
        let cells = unsafe { integers(env, array) }.filter(|&(_, actual)| actual == length)?.0;
        let mut reference = ptr::null_mut();
        // SAFETY: as in `construct`.
        ok(unsafe { sys::napi_create_reference(env, array, 1, &mut reference) })?;
        Some(SharedCells { cells, length, array: reference, arrays: Rc::clone(self) })
    }
}

/// Where the integers of an `Int32Array` are, and how many: none once it is
/// detached. `None` for anything else.
///
/// # Safety
///
/// The array is a live value of the environment.
unsafe fn integers(
    env: sys::napi_env,
    array: sys::napi_value,
) -> Option<(*const Cell<i32>, usize)> {
    let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut());
    let (buffer, offset) = (ptr::null_mut(), ptr::null_mut()); // not asked for
    let info = sys::napi_get_typedarray_info;
    // SAFETY: it refuses what is no typed array, and the pointers are to locals that
    // outlive the call, or null.
    ok(unsafe { info(env, array, &mut kind, &mut length, &mut data, buffer, offset) })?;
    // An empty array has no memory, and a slice never begins at null.
    let cells = if data.is_null() { NonNull::dangling().as_ptr() } else { data.cast() };
    (kind == sys::TypedarrayType::int32_array).then_some((cells, length))
}

fn ok(status: sys::napi_status) -> Option<()> {
    (status == sys::Status::napi_ok).then_some(())
}

impl Drop for Int32Arrays {
    fn drop(&mut self) {
        // SAFETY: the last owner is dropped by a finalizer at the latest, and
        // those run while the environment still does.
        unsafe { sys::napi_delete_reference(self.env, self.constructor) };
    }
}

impl SharedCells {
    /// Fails once JavaScript has detached the memory, which takes what index.js
    /// keeps to itself.
    fn check_attached(&self) -> Result<()> {
        let env = self.arrays.env;
        let mut array = ptr::null_mut();
        // SAFETY: as in `array`; called by JavaScript, there is a handle scope.
        let integers = unsafe {
            ok(sys::napi_get_reference_value(env, self.array, &mut array))
                .and_then(|()| integers(env, array))
        };
        if integers.is_some_and(|(_, length)| length == self.length) {
            return Ok(());
        }
        Err(internal_error("memory that is shared with JavaScript was detached"))
    }

    /// The `Int32Array`.
    fn array<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment and is deleted by
        // drop alone.
        unsafe {
            check_status!(sys::napi_get_reference_value(env.raw(), self.array, &mut value))?;
            Unknown::from_napi_value(env.raw(), value)
        }
    }
}

impl Drop for SharedCells {
    fn drop(&mut self) {
        // SAFETY: as for `Int32Arrays`; nobody can have the reference any more.
        unsafe { sys::napi_delete_reference(self.arrays.env, self.array) };
    }
}

impl Memory for SharedCells {
    fn allocate(&self, cells: usize) -> Option<Self> {
        self.arrays.make(cells)
    }
}

impl AsRef<[Cell<i32>]> for SharedCells {
    #[inline]
    fn as_ref(&self) -> &[Cell<i32>] {
        // SAFETY: the array is referenced until self is dropped, so its memory
        // stays where it is unless JavaScript detaches it, which whoever was
        // called by JavaScript has looked after (`check_attached`). It was made with
        // this length, an Int32Array is aligned for i32, and JavaScript reaches it on
        // this thread only, as Cell demands.
        unsafe { std::slice::from_raw_parts(self.cells, self.length) }
    }
}

/// What belongs to one environment (a thread that loaded the addon).
struct Environment {
    arrays: Rc<Int32Arrays>,
    registers: SharedCells,
    /// The managers by number, from 1 up; none where it was given up.
    managers: RefCell<Vec<Option<Manager>>>,
    /// Numbers that no manager has.
    unused: RefCell<Vec<usize>>,
}

/// Borrowed for the length of a call. Memory is allocated meanwhile, which may
/// collect garbage and so remove other managers from the environment, but not
/// this one.
type Manager = Rc<RefCell<Slots<SharedCells>>>;

impl Environment {
    fn of(env: &Env) -> Result<&'static Rc<Self>> {
        env.get_instance_data::<Rc<Self>>()?
            .map(|environment| &*environment)
            .ok_or_else(|| Error::from_reason("the addon was not initialised"))
    }

    fn add(&self, manager: Manager) -> usize {
        let mut managers = self.managers.borrow_mut();
        let number = self.unused.borrow_mut().pop().unwrap_or_else(|| {
            managers.push(None);
            managers.len() - 1
        });
        managers[number] = Some(manager);
        number
    }

    fn remove(&self, number: usize) {
        let manager = self.managers.borrow_mut()[number].take();
        self.unused.borrow_mut().push(number);
        drop(manager);
    }

    fn registers(&self) -> Result<&[Cell<i32>]> {
        self.registers.check_attached()?;
        Ok(self.registers.as_ref())
    }

    /// Calls `work` with a manager. Where that panics, gives the manager up.
    #[inline]
    fn with_manager<T>(
        &self,
        number: usize,
        work: impl FnOnce(&mut Slots<SharedCells>) -> T,
    ) -> Result<T> {
        let manager = self.managers.borrow().get(number).cloned().flatten();
        let manager = manager.ok_or_else(|| internal_error("this manager was given up"))?;
        // Only a constructor of Int32Array that is not the built-in one could have called.
        let slots = manager.try_borrow_mut();
        let mut slots = slots.map_err(|_| internal_error("called while it gets memory"))?;
        slots.memory().check_attached()?;
        catch_unwind(AssertUnwindSafe(|| work(&mut slots))).map_err(|panic| {
            self.managers.borrow_mut()[number] = None;
            let cells = slots.memory().as_ref();
            cells.iter().enumerate().filter(|(i, _)| *i != OWNER).for_each(|(_, cell)| cell.set(0));
            let message = panic.downcast_ref::<String>().map(String::as_str);
            internal_error(message.or(panic.downcast_ref().copied()).unwrap_or("a panic"))
        })
    }
}

fn internal_error(why: &str) -> Error {
    Error::from_reason(format!("callosum-server-slots: internal error: {why}"))
}

/// The class `CallosumServerSlots` of the addon: all of a manager, one crossing
/// a call. `index.js` puts the fast paths and the events on top of it.
#[napi(js_name = "CallosumServerSlots", custom_finalize)]
pub(crate) struct NodeSlots {
    environment: Rc<Environment>,
    number: usize,
}

#[napi]
impl NodeSlots {
    /// A manager of `maxSlots` slots (1 to 2^31 - 1, the default), all free. Its
    /// first memory may be passed in, which is quicker: an `Int32Array` of zeros,
    /// as long as `layout.CELLS` says, of which the caller says nothing to anybody.
    #[napi(constructor)]
    pub fn new(
        env: Env,
        max_slots: Option<f64>,
        #[napi(ts_arg_type = "Int32Array")] cells: Option<Unknown>,
    ) -> Result<Self> {
        let max_slots = match max_slots {
            None => MAX_SLOTS,
            Some(value) => slot_number(value).filter(|&slots| slots > 0).ok_or_else(|| {
                let message = format!("maxSlots must be an integer from 1 to {MAX_SLOTS}: {value}");
                Error::new(Status::InvalidArg, message)
            })?,
        };
        let environment = Rc::clone(Environment::of(&env)?);
        let (arrays, length) = (&environment.arrays, cells_for(FIRST_WORDS));
        let memory = match cells {
            // SAFETY: the value is the call's argument.
            Some(cells) => unsafe { arrays.share(cells.raw(), length) }
                .ok_or_else(|| Error::new(Status::InvalidArg, "the memory has another length"))?,
            None => arrays.make(length).ok_or_else(|| Error::from_reason("out of memory"))?,
        };
        let number = environment.add(Rc::new(RefCell::new(Slots::over(memory, max_slots))));
        let slots = Self { environment, number };
        slots.with(|slots| slots.memory().as_ref()[OWNER].set(number as i32))?;
        Ok(slots)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Slots<SharedCells>) -> T) -> Result<T> {
        self.environment.with_manager(self.number, work)
    }

    /// Takes the lowest free slot; `null` where there is none.
    #[napi]
    pub fn get(&self) -> Result<Option<u32>> {
        self.with(|slots| slots.get().ok())
    }

    /// Frees a slot; false where it is not in use.
    #[napi]
    pub fn put(&self, slot: f64) -> Result<bool> {
        self.with(|slots| slot_number(slot).is_some_and(|slot| slots.put(slot).is_ok()))
    }

    /// What `get` would return.
    #[napi]
    pub fn peek(&self) -> Result<Option<u32>> {
        self.with(|slots| slots.peek())
    }

    /// Whether the slot is in use.
    #[napi]
    pub fn has(&self, slot: f64) -> Result<bool> {
        self.with(|slots| slot_number(slot).is_some_and(|slot| slots.contains(slot)))
    }

    /// Takes the slots from `start` to `end` (not included), and answers the
    /// manager's integers, which may be others now. The slot's register is `start`
    /// then, or a refusal. Throws where they are no slots.
    #[napi(ts_return_type = "Int32Array")]
    pub fn reserve<'env>(&self, env: &'env Env, start: f64, end: f64) -> Result<Unknown<'env>> {
        let run = slot_number(start).zip(slot_number(end)).map(|(start, end)| start..end);
        let registers = self.environment.registers()?;
        let reserved = match run {
            Some(run) => self.with(|slots| slots.reserve_run(run))?,
            None => Err(CannotReserve::NoSuchSlot),
        };
        registers[SLOT].set(match reserved {
            Ok(()) => start as i32,
            Err(CannotReserve::InUse) => REFUSED,
            Err(CannotReserve::OutOfMemory) => OUT_OF_MEMORY,
            Err(CannotReserve::NoSuchSlot) => {
                let message = format!("no such slots: {start} to {end}");
                return Err(Error::new(Status::InvalidArg, message));
            }
        });
        self.cells(env)
    }

    /// Frees all slots, as if none had ever been given, and answers the manager's
    /// integers, which may be others now.
    #[napi(ts_return_type = "Int32Array")]
    pub fn clear<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        self.with(|slots| {
            slots.clear();
            slots.memory().array(env)
        })?
    }

    /// The slots in use as runs, ascending: start, end, start, end …
    #[napi(ts_return_type = "Int32Array")]
    pub fn in_use_runs<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        let array = self.with(|slots| {
            let array = self.environment.arrays.make(slots.in_use_runs().count() * 2)?;
            let places = array.as_ref().chunks_exact(2);
            for (place, run) in places.zip(slots.in_use_runs()) {
                place[0].set(run.start as i32);
                place[1].set(run.end as i32);
            }
            Some(array)
        })?;
        array.ok_or_else(|| Error::from_reason("out of memory"))?.array(env)
    }

    /// How many slots are in use.
    #[napi(getter)]
    pub fn size(&self) -> Result<u32> {
        self.with(|slots| slots.len())
    }

    /// Makes `maxSlotGiven` at least as high.
    #[napi]
    pub fn raise_max_slot_given(&self, given: u32) -> Result<()> {
        self.with(|slots| slots.raise_max_slot_given(given))
    }

    /// How many different slots have been given so far: one more than the highest.
    #[napi(getter)]
    pub fn max_slot_given(&self) -> Result<u32> {
        self.with(|slots| slots.max_slot_given())
    }

    /// How many slots there are, in use or free.
    #[napi(getter)]
    pub fn max_slots(&self) -> Result<u32> {
        self.with(|slots| slots.max_slots())
    }

    /// The manager's integers; others after growth and `clear`. Whoever gets them
    /// keeps L1 to L4.
    #[napi(getter, ts_return_type = "Int32Array")]
    pub fn cells<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        self.with(|slots| slots.memory().array(env))?
    }
}

impl ObjectFinalize for NodeSlots {
    fn finalize(self, _: Env) -> Result<()> {
        self.environment.remove(self.number);
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
    let arrays = Rc::new(Int32Arrays::new(&env)?);
    let registers = arrays.make(REGISTERS);
    let environment = Rc::new(Environment {
        registers: registers.ok_or_else(|| Error::from_reason("out of memory"))?,
        arrays,
        managers: RefCell::new(vec![None]), // 0 is what detached or empty memory says
        unused: RefCell::default(),
    });
    exports.set("registers", environment.registers.array(&env)?)?;
    exports.set("crossToGet", crossing(&env, &environment, cross_to_get)?)?;
    exports.set("crossToPut", crossing(&env, &environment, cross_to_put)?)?;
    exports.set("layout", layout(&env)?)?;
    env.set_instance_data(environment, (), |context| drop(context.value))
}

/// Where everything is in the shared integers, for index.js to be tested by.
fn layout(env: &Env) -> Result<Object<'_>> {
    let mut layout = Object::new(env)?;
    for (name, value) in [
        ("CELLS", cells_for(FIRST_WORDS)),
        ("START", memory::START),
        ("END", memory::END),
        ("TAIL", memory::TAIL),
        ("COUNT", memory::COUNT),
        ("GIVEN", memory::GIVEN),
        ("OWNER", OWNER),
        ("CAPACITY", memory::CAPACITY),
        ("WORDS", memory::WORDS),
        ("BITS", memory::BITS),
        ("MANAGER", MANAGER),
        ("SLOT", SLOT),
    ] {
        layout.set(name, value as u32)?;
    }
    layout.set("OUT_OF_MEMORY", OUT_OF_MEMORY)?;
    Ok(layout)
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
        check_status!(create(env.raw(), name, length, Some(callback), data, &mut function))?;
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
/// leaves its answer in the slot's register. Answers the manager's integers where
/// they are others now, else undefined.
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
        sys::napi_get_cb_info(env, info, ptr::null_mut(), none(), ptr::null_mut(), &mut data)
    };
    // SAFETY: `crossing` set data to an Environment, which outlives the function.
    let environment = unsafe { &*data.cast::<Environment>() };
    let live = Env::from_raw(env);
    let crossed = environment.registers().and_then(|registers| {
        environment.with_manager(registers[MANAGER].get() as usize, |slots| {
            let length = slots.memory().as_ref().len();
            registers[SLOT].set(work(slots, registers[SLOT].get()));
            let moved = slots.memory().as_ref().len() != length;
            moved.then(|| slots.memory().array(&live)).transpose()
        })?
    });
    match crossed {
        Ok(moved) => moved.map_or(ptr::null_mut(), |cells| cells.raw()),
        Err(error) => {
            // SAFETY: env is live, and no exception is pending.
            unsafe { JsError::from(error).throw_into(env) };
            ptr::null_mut()
        }
    }
}
