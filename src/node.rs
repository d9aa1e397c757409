//! The Node-API binding; the only file with `unsafe` in it.
//!
//! Calls that are not hot are methods of the `#[napi]` class [`NodeSlots`]. The two hot
//! native calls, `nativeGet` and `nativePut`, are plain callbacks without arguments: they
//! find the manager's number and the slot in the *call buffer*, two words that each
//! environment shares with JavaScript.
//!
//! No JavaScript runs while a manager is borrowed, unless `Int32Array` was replaced
//! before the package was loaded. [`SharedWords::allocate`] checks for what such a
//! constructor can do.
//!
//! # Panics
//!
//! Nothing that JavaScript does through `index.js` makes the core panic. Should it
//! panic all the same, [`Environment::with_manager`] catches the panic: the call throws an
//! `Error` that says `internal error` and why, and the manager is *poisoned*: its words are zeroed, and any further call on it that reaches Rust
//! throws. Other managers go on.
//!
//! If the words of a manager cannot be allocated, the call returns an error. If an
//! allocation of Rust's own fails (the set of sparse reservations, the list of managers),
//! or a finalizer panics, Rust ends the process with a message.
#![allow(unsafe_code)]
#![allow(unreachable_pub)] // #[napi] requires pub methods

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::rc::Rc;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

use crate::memory::{self, INITIAL_LEAF_WORDS, MANAGER_ID, words_for};
use crate::{CannotReserve, MAX_SLOTS, Memory, NoFreeSlot, Slots};

/// Call buffer: the number of the manager that is called.
const MANAGER: usize = 0;
/// Call buffer: the slot to put; after the call, the slot that was got, put or reserved,
/// or a refusal.
const SLOT: usize = 1;
const CALL_BUFFER_WORDS: usize = 2;

/// A refusal: all slots are in use (get), or the slot is not in use (put), or is
/// (reserve).
const REFUSED: i32 = -1;
/// A refusal: there are free slots, but the allocation failed (get, reserve).
const OUT_OF_MEMORY: i32 = -2;

/// The words of an `Int32Array`, kept alive by a reference to it.
struct SharedWords {
    words: *const Cell<i32>,
    /// 0 after the array was found to be detached.
    length: Cell<usize>,
    array: sys::napi_ref,
    arrays: Rc<Int32Arrays>,
}

/// Makes `Int32Array`s, with the constructor that was in place when the addon loaded.
///
/// The constructor is used instead of `napi_create_arraybuffer` because that ends the
/// process if the allocation fails.
struct Int32Arrays {
    env: sys::napi_env,
    constructor: sys::napi_ref,
    /// Whether the constructor was called since this was last cleared.
    was_called: Cell<bool>,
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
        Ok(Self { env, constructor: reference, was_called: Cell::new(false) })
    }

    /// An array of zeros; `None` if the allocation failed.
    fn make(self: &Rc<Self>, length: usize) -> Option<SharedWords> {
        let env = self.env;
        let mut scope = ptr::null_mut();
        self.was_called.set(true);
        // SAFETY: self is alive, so its environment is; the scope is closed once,
        // when no handle of it is left.
        unsafe {
            ok(sys::napi_open_handle_scope(env, &mut scope))?;
            let array = self.construct(length);
            let words = array.and_then(|array| self.share(array, length));
            ok(sys::napi_close_handle_scope(env, scope))?;
            words
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
                // The caller reports the failure; the RangeError is not needed.
                sys::napi_get_and_clear_last_exception(env, &mut array);
                return None;
            }
        }
        Some(array)
    }

    /// The words of an array; `None` unless it is an `Int32Array` of this length.
    ///
    /// # Safety
    ///
    /// The array is a live value of the environment.
    unsafe fn share(self: &Rc<Self>, array: sys::napi_value, length: usize) -> Option<SharedWords> {
        let env = self.env;
        // SAFETY: the caller passes a live value of the environment.
        let words = unsafe { words_of(env, array) }.filter(|&(_, actual)| actual == length)?.0;
        let mut reference = ptr::null_mut();
        // SAFETY: as in `construct`.
        ok(unsafe { sys::napi_create_reference(env, array, 1, &mut reference) })?;
        let length = Cell::new(length);
        Some(SharedWords { words, length, array: reference, arrays: Rc::clone(self) })
    }
}

/// The address and the number of the words of an `Int32Array`; a number of 0 if it is
/// detached. `None` for any other value.
///
/// # Safety
///
/// The array is a live value of the environment.
unsafe fn words_of(
    env: sys::napi_env,
    array: sys::napi_value,
) -> Option<(*const Cell<i32>, usize)> {
    let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut());
    let (buffer, offset) = (ptr::null_mut(), ptr::null_mut()); // not needed
    let info = sys::napi_get_typedarray_info;
    // SAFETY: Node-API refuses a value that is not a typed array, and the pointers are to
    // locals that outlive the call, or null.
    ok(unsafe { info(env, array, &mut kind, &mut length, &mut data, buffer, offset) })?;
    // The address of an empty array may be null. That of a slice must not be.
    let words = if data.is_null() { NonNull::dangling().as_ptr() } else { data.cast() };
    (kind == sys::TypedarrayType::int32_array).then_some((words, length))
}

fn ok(status: sys::napi_status) -> Option<()> {
    (status == sys::Status::napi_ok).then_some(())
}

impl Drop for Int32Arrays {
    fn drop(&mut self) {
        // SAFETY: the last owner is dropped by a finalizer at the latest, and finalizers
        // run before the environment ends.
        unsafe { sys::napi_delete_reference(self.env, self.constructor) };
    }
}

impl SharedWords {
    /// Fails if JavaScript has detached the memory. Only code that holds the private
    /// array can do that.
    fn check_attached(&self) -> Result<()> {
        let env = self.arrays.env;
        let mut array = ptr::null_mut();
        // SAFETY: as in `array`. JavaScript is the caller, so there is a handle scope.
        let words = unsafe {
            ok(sys::napi_get_reference_value(env, self.array, &mut array))
                .and_then(|()| words_of(env, array))
        };
        if words.is_some_and(|(_, length)| length == self.length.get() && length > 0) {
            return Ok(());
        }
        self.length.set(0);
        Err(internal_error("memory that is shared with JavaScript was detached"))
    }

    /// The `Int32Array`.
    fn array<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment. Only drop deletes it.
        unsafe {
            check_status!(sys::napi_get_reference_value(env.raw(), self.array, &mut value))?;
            Unknown::from_napi_value(env.raw(), value)
        }
    }
}

impl Drop for SharedWords {
    fn drop(&mut self) {
        // SAFETY: as for `Int32Arrays`. Only self has the reference.
        unsafe { sys::napi_delete_reference(self.arrays.env, self.array) };
    }
}

impl Memory for SharedWords {
    /// `None` if the allocation failed. `None` too if the constructor is not the built-in
    /// one, and has detached this memory. The slice is then empty.
    fn allocate(&self, words: usize) -> Option<Self> {
        let memory = self.arrays.make(words)?;
        self.check_attached().ok()?;
        Some(memory)
    }
}

impl AsRef<[Cell<i32>]> for SharedWords {
    #[inline]
    fn as_ref(&self) -> &[Cell<i32>] {
        // SAFETY: the array is referenced until self is dropped, so its memory stays
        // where it is unless JavaScript detaches it. Every native call checks that the
        // memory is attached when the call begins: `nativeGet` and `nativePut` by the
        // manager's number (`call`), all others by `check_attached`. During a call,
        // JavaScript can run only in `allocate`, which checks again. The array was made
        // with this length, an Int32Array is aligned for i32, and JavaScript reaches it
        // on this thread only, as Cell demands.
        unsafe { std::slice::from_raw_parts(self.words, self.length.get()) }
    }
}

/// What belongs to one environment (a thread that loaded the addon).
struct Environment {
    arrays: Rc<Int32Arrays>,
    call_buffer: SharedWords,
    /// The managers by number, from 1 up; `None` if it is poisoned or the number unused.
    managers: RefCell<Vec<Option<Manager>>>,
    /// The numbers of managers that were freed, to be used again.
    unused: RefCell<Vec<usize>>,
}

/// Borrowed for the length of a call. An allocation during the call may collect garbage,
/// and so remove other managers from the environment, but not this one.
type Manager = Rc<RefCell<Slots<SharedWords>>>;

impl Environment {
    fn of(env: &Env) -> Result<&'static Rc<Self>> {
        env.get_instance_data::<Rc<Self>>()?
            .map(|environment| &*environment)
            .ok_or_else(|| Error::from_reason("the addon was not initialised"))
    }

    /// The words of an array for a manager without slots in use.
    ///
    /// # Safety
    ///
    /// The array is a live value of the environment.
    unsafe fn initial(&self, words: Unknown) -> Result<SharedWords> {
        // SAFETY: the caller passes a live value of the environment.
        let words = unsafe { self.arrays.share(words.raw(), words_for(INITIAL_LEAF_WORDS)) };
        words.ok_or_else(|| Error::new(Status::InvalidArg, "not an Int32Array of INITIAL_LENGTH"))
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

    /// Writes the outcome of a call to the call buffer. If JavaScript can have run during
    /// the call, checks first that the buffer is still attached.
    fn report(&self, outcome: i32) -> Result<()> {
        if self.arrays.was_called.replace(false) {
            self.call_buffer.check_attached()?;
        }
        self.call_buffer.as_ref()[SLOT].set(outcome);
        Ok(())
    }

    /// Calls `work` with a manager, whose memory must be attached. If that panics,
    /// poisons the manager.
    #[inline]
    fn with_manager<T>(
        &self,
        number: usize,
        work: impl FnOnce(&mut Slots<SharedWords>) -> T,
    ) -> Result<T> {
        let manager = self.managers.borrow().get(number).cloned().flatten();
        let manager = manager.ok_or_else(|| internal_error("this manager is poisoned"))?;
        // Only a replaced constructor of Int32Array can call while the manager is borrowed.
        let slots = manager.try_borrow_mut();
        let mut slots = slots.map_err(|_| internal_error("called during an allocation"))?;
        catch_unwind(AssertUnwindSafe(|| work(&mut slots))).map_err(|panic| {
            self.managers.borrow_mut()[number] = None;
            let words = slots.memory().as_ref().iter().enumerate();
            words.filter(|(i, _)| *i != MANAGER_ID).for_each(|(_, word)| word.set(0));
            let message = panic.downcast_ref::<String>().map(String::as_str);
            internal_error(message.or(panic.downcast_ref().copied()).unwrap_or("a panic"))
        })
    }
}

fn internal_error(why: &str) -> Error {
    Error::from_reason(format!("callosum-server-slots: internal error: {why}"))
}

/// The class `CallosumServerSlots` of the addon: the whole manager, each method a native
/// call. `index.js` adds the fast paths and the events.
#[napi(js_name = "CallosumServerSlots", custom_finalize)]
pub(crate) struct NodeSlots {
    environment: Rc<Environment>,
    number: usize,
}

#[napi]
impl NodeSlots {
    /// A manager of `maxSlots` slots (1 to 2^31 - 1, the default), all free. Its first
    /// memory may be passed in, which is faster: a zeroed `Int32Array` of
    /// `layout.INITIAL_LENGTH` words. The caller must not expose it.
    #[napi(constructor)]
    pub fn new(
        env: Env,
        max_slots: Option<f64>,
        #[napi(ts_arg_type = "Int32Array")] words: Option<Unknown>,
    ) -> Result<Self> {
        let max_slots = match max_slots {
            None => MAX_SLOTS,
            Some(value) => non_negative_i32(value).filter(|&slots| slots > 0).ok_or_else(|| {
                let message = format!("maxSlots must be an integer from 1 to {MAX_SLOTS}: {value}");
                Error::new(Status::InvalidArg, message)
            })?,
        };
        let environment = Rc::clone(Environment::of(&env)?);
        let memory = match words {
            // SAFETY: the value is the call's argument.
            Some(words) => unsafe { environment.initial(words) }?,
            None => environment
                .arrays
                .make(words_for(INITIAL_LEAF_WORDS))
                .ok_or_else(|| Error::from_reason("out of memory"))?,
        };
        let number = environment.add(Rc::new(RefCell::new(Slots::from_buffer(memory, max_slots))));
        let slots = Self { environment, number };
        slots.with(|slots| slots.memory().as_ref()[MANAGER_ID].set(number as i32))?;
        Ok(slots)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Slots<SharedWords>) -> T) -> Result<T> {
        self.environment.with_manager(self.number, |slots| {
            slots.memory().check_attached()?;
            Ok(work(slots))
        })?
    }

    /// Takes the lowest free slot; `null` if there is none.
    #[napi]
    pub fn get(&self) -> Result<Option<u32>> {
        self.with(|slots| slots.get().ok())
    }

    /// Frees a slot; false if it is not in use.
    #[napi]
    pub fn put(&self, slot: f64) -> Result<bool> {
        self.with(|slots| non_negative_i32(slot).is_some_and(|slot| slots.put(slot).is_ok()))
    }

    /// What `get` would return.
    #[napi]
    pub fn peek(&self) -> Result<Option<u32>> {
        self.with(|slots| slots.peek())
    }

    /// Whether the slot is in use.
    #[napi]
    pub fn has(&self, slot: f64) -> Result<bool> {
        self.with(|slots| non_negative_i32(slot).is_some_and(|slot| slots.contains(slot)))
    }

    /// Takes the slots from `start` to `end` (not included), and returns the manager's
    /// words, which may be in another array now. Writes `start` or a refusal to the call
    /// buffer. Throws if the run is empty or not below `maxSlots`.
    #[napi(ts_return_type = "Int32Array")]
    pub fn reserve<'env>(&self, env: &'env Env, start: f64, end: f64) -> Result<Unknown<'env>> {
        let run = non_negative_i32(start).zip(non_negative_i32(end)).map(|(start, end)| start..end);
        self.environment.call_buffer.check_attached()?;
        let reserved = match run {
            Some(run) => self.with(|slots| slots.reserve_run(run))?,
            None => Err(CannotReserve::NoSuchSlot),
        };
        self.environment.report(match reserved {
            Ok(()) => start as i32,
            Err(CannotReserve::InUse) => REFUSED,
            Err(CannotReserve::OutOfMemory) => OUT_OF_MEMORY,
            Err(CannotReserve::NoSuchSlot) => {
                let message = format!("no such slots: {start} to {end}");
                return Err(Error::new(Status::InvalidArg, message));
            }
        })?;
        self.words(env)
    }

    /// Frees all slots, as if none had ever been given, and returns the manager's words:
    /// the array passed, of INITIAL_LENGTH zeros, or without it the same array as before.
    /// Runs no JavaScript. So execution cannot be terminated after the slots are freed and
    /// before JavaScript has forgotten the leases.
    #[napi(ts_return_type = "Int32Array")]
    pub fn clear<'env>(
        &self,
        env: &'env Env,
        #[napi(ts_arg_type = "Int32Array")] words: Option<Unknown>,
    ) -> Result<Unknown<'env>> {
        // SAFETY: the value is the call's argument.
        let memory = words.map(|words| unsafe { self.environment.initial(words) }).transpose()?;
        self.with(|slots| {
            slots.clear_into(memory);
            slots.memory().array(env)
        })?
    }

    /// The slots in use as runs, ascending: start, end, start, end …
    #[napi(ts_return_type = "Int32Array")]
    pub fn in_use_runs<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        let array = self.with(|slots| {
            let array = slots.memory().allocate(slots.in_use_runs().count() * 2)?;
            for (pair, run) in array.as_ref().chunks_exact(2).zip(slots.in_use_runs()) {
                pair[0].set(run.start as i32);
                pair[1].set(run.end as i32);
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

    /// Makes `maxSlotGiven` at least `given`.
    #[napi]
    pub fn raise_max_slot_given(&self, given: u32) -> Result<()> {
        self.with(|slots| slots.raise_max_slot_given(given))
    }

    /// One more than the highest slot that was ever taken or reserved.
    #[napi(getter)]
    pub fn max_slot_given(&self) -> Result<u32> {
        self.with(|slots| slots.max_slot_given())
    }

    /// How many slots there are, in use or free.
    #[napi(getter)]
    pub fn max_slots(&self) -> Result<u32> {
        self.with(|slots| slots.max_slots())
    }

    /// The manager's words; another array after growth and `clear`. Code that writes to
    /// them has to keep C1 to C4.
    #[napi(getter, ts_return_type = "Int32Array")]
    pub fn words<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        self.with(|slots| slots.memory().array(env))?
    }
}

impl ObjectFinalize for NodeSlots {
    fn finalize(self, _: Env) -> Result<()> {
        self.environment.remove(self.number);
        Ok(())
    }
}

/// The number, if it is an integer from 0 to 2^31 - 1.
fn non_negative_i32(value: f64) -> Option<u32> {
    let integer = value as u32;
    (f64::from(integer) == value && integer <= MAX_SLOTS).then_some(integer)
}

/// Sets up an environment: its call buffer and the two hot native calls.
#[napi(module_exports)]
pub(crate) fn set_up(mut exports: Object, env: Env) -> Result<()> {
    let arrays = Rc::new(Int32Arrays::new(&env)?);
    let call_buffer = arrays.make(CALL_BUFFER_WORDS);
    let environment = Rc::new(Environment {
        call_buffer: call_buffer.ok_or_else(|| Error::from_reason("out of memory"))?,
        arrays,
        managers: RefCell::new(vec![None]), // number 0 is reserved, see `call`
        unused: RefCell::default(),
    });
    exports.set("callBuffer", environment.call_buffer.array(&env)?)?;
    exports.set("nativeGet", function(&env, &environment, native_get)?)?;
    exports.set("nativePut", function(&env, &environment, native_put)?)?;
    exports.set("layout", layout(&env)?)?;
    env.set_instance_data(environment, (), |context| drop(context.value))
}

/// The layout of the shared words and of the call buffer. A test compares it with
/// lib/layout.js.
fn layout(env: &Env) -> Result<Object<'_>> {
    let mut layout = Object::new(env)?;
    for (name, value) in [
        ("CURSOR", memory::CURSOR),
        ("FREE_COUNT", memory::FREE_COUNT),
        ("HIGH_WATER", memory::HIGH_WATER),
        ("CAPACITY", memory::CAPACITY),
        ("LEAF_WORDS", memory::LEAF_WORDS),
        ("SPARSE_COUNT", memory::SPARSE_COUNT),
        ("MAX_GIVEN", memory::MAX_GIVEN),
        ("LIMIT", memory::LIMIT),
        ("MANAGER_ID", MANAGER_ID),
        ("BITMAP_OFFSET", memory::BITMAP_OFFSET),
        ("INITIAL_LENGTH", words_for(INITIAL_LEAF_WORDS)),
        ("MANAGER", MANAGER),
        ("SLOT", SLOT),
    ] {
        layout.set(name, value as u32)?;
    }
    layout.set("OUT_OF_MEMORY", OUT_OF_MEMORY)?;
    Ok(layout)
}

/// A JavaScript function that calls `callback` with the environment as its data.
fn function<'env>(
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

unsafe extern "C" fn native_get(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node-API calls this with a live environment and call, and made the
    // function with the environment as data (`function`).
    unsafe {
        call(env, info, |slots, _| match slots.get() {
            Ok(slot) => slot as i32,
            Err(NoFreeSlot::AllInUse) => REFUSED,
            Err(NoFreeSlot::OutOfMemory) => OUT_OF_MEMORY,
        })
    }
}

unsafe extern "C" fn native_put(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: as in `native_get`.
    unsafe {
        call(env, info, |slots, slot| match slots.put(slot as u32) {
            Ok(()) => slot,
            Err(_) => REFUSED,
        })
    }
}

/// Calls `work` with the manager and the slot that the call buffer names, and writes the
/// outcome there. Returns the manager's words if they are in another array now,
/// otherwise undefined.
///
/// # Safety
///
/// Only Node-API may call it, as the callback of a function that [`function`] made. The call buffer must be attached, and so must the memory of the manager that
/// it names. lib/internals.js ensures both: it reads the number from the manager's memory,
/// and checks that the number has arrived in the buffer. Detached memory reads as 0 or
/// undefined, and no manager has number 0.
#[inline]
unsafe fn call(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    work: impl FnOnce(&mut Slots<SharedWords>, i32) -> i32,
) -> sys::napi_value {
    let mut data = ptr::null_mut();
    // SAFETY: env and info are the call's own; null means not needed.
    unsafe {
        let none = ptr::null_mut;
        sys::napi_get_cb_info(env, info, ptr::null_mut(), none(), ptr::null_mut(), &mut data)
    };
    // SAFETY: `function` set data to an Environment, which outlives the function.
    let environment = unsafe { &*data.cast::<Environment>() };
    let live = Env::from_raw(env);
    let call_buffer = environment.call_buffer.as_ref();
    let (manager, slot) = (call_buffer[MANAGER].get() as usize, call_buffer[SLOT].get());
    let called = environment.with_manager(manager, |slots| {
        let length = slots.memory().as_ref().len();
        let outcome = work(slots, slot);
        environment.report(outcome)?;
        let moved = slots.memory().as_ref().len() != length;
        moved.then(|| slots.memory().array(&live)).transpose()
    });
    match called {
        Ok(Ok(moved)) => moved.map_or(ptr::null_mut(), |words| words.raw()),
        Ok(Err(error)) | Err(error) => {
            // SAFETY: env is live, and no exception is pending.
            unsafe { JsError::from(error).throw_into(env) };
            ptr::null_mut()
        }
    }
}
