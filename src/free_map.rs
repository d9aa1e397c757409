//! The free map: every free slot that is not in the lane.

use std::fmt;
use std::ops::Range;

/// How many slots a page covers.
pub const PAGE: u32 = Page::BITS;

/// Memory for the bookkeeping was refused; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory;

/// A set of slots below a limit, from which runs are taken lowest first.
///
/// A bitmap with a bit per slot, 1 is free, under summaries in which a bit says
/// "below here a slot is free", as in Banga and Mogul, "Scalable kernel
/// performance for Internet servers", USENIX 1998. The bits come in pages of
/// [`PAGE`] slots. A page without memory is wholly free, and from the last page
/// up everything is (the tail), so memory is needed only around slots that were
/// taken: 0.13 bytes a slot, and 8 bytes for each page below them.
///
/// Only taking needs memory, and asks for it before anything changes. What was
/// taken can always be put back.
///
/// ```
/// use callosum_server_slots::{FreeMap, PAGE};
///
/// let mut map = FreeMap::new(10_000);
/// assert_eq!(map.take_run(), Ok(Some(0..PAGE)));
/// assert!(map.insert(7));
/// assert!(!map.insert(7));
/// assert_eq!(map.take_run(), Ok(Some(7..8)));
/// ```
pub struct FreeMap {
    limit: u32,
    /// `None`: the page is wholly free.
    pages: Vec<Option<Box<[Page; 1]>>>,
    /// Bit p of all of them in a row: page p has a free slot.
    index: Vec<Page>,
    /// How many pages have memory.
    stored: usize,
    /// How many slots of `pages` are free.
    free: u32,
}

impl FreeMap {
    /// A map in which every slot below `limit` is free. Allocates nothing.
    pub const fn new(limit: u32) -> Self {
        Self {
            limit,
            pages: Vec::new(),
            index: Vec::new(),
            stored: 0,
            free: 0,
        }
    }

    /// The tail's start: every slot from here to the limit is in the map. O(1).
    pub fn tail(&self) -> u32 {
        self.start_of(self.pages.len())
    }

    /// How many slots below the tail are in the map. O(1).
    pub fn count_below_tail(&self) -> u32 {
        self.free
    }

    /// Whether the slot is in the map. O(1).
    pub fn contains(&self, slot: u32) -> bool {
        let (page, bit) = split(slot);
        match self.pages.get(page) {
            Some(Some(bits)) => bits[0].contains(bit),
            _ => slot < self.limit,
        }
    }

    /// Adds a slot that was taken, and says whether it was missing; false also
    /// for a slot that is not below the limit. O(1).
    pub fn insert(&mut self, slot: u32) -> bool {
        if slot >= self.limit {
            return false;
        }
        let (page, bit) = split(slot);
        let Some(Some(bits)) = self.pages.get_mut(page) else {
            return false;
        };
        if !bits[0].insert(bit) {
            return false;
        }
        self.free += 1;
        let (block, bit) = split(page as u32);
        self.index[block].insert(bit);
        true
    }

    /// Adds a run of slots that were taken. O(run / 64).
    pub fn insert_run(&mut self, run: Range<u32>) {
        let mut start = run.start;
        while start < run.end {
            let (page, bit) = split(start);
            let end = run.end.min(self.start_of(page + 1));
            let bits = self.pages[page].as_mut().expect("a taken slot has a page");
            bits[0].insert_run(bit..bit + (end - start));
            self.free += end - start;
            let (block, bit) = split(page as u32);
            self.index[block].insert(bit);
            start = end;
        }
    }

    /// Takes the lowest run out, at most to the end of its page. `None` where
    /// the map is empty.
    ///
    /// O(1) up to 16 million slots, then one step per 16 million. Allocates
    /// where the run's page has no memory yet, at most once in [`PAGE`] slots.
    pub fn take_run(&mut self) -> Result<Option<Range<u32>>, OutOfMemory> {
        let page = self.lowest_page();
        let start = self.start_of(page);
        if start == self.limit {
            return Ok(None);
        }
        let run = match self.pages.get_mut(page) {
            Some(Some(bits)) => {
                let run = bits[0].take_run();
                start + run.start..start + run.end
            }
            _ => {
                self.store(page)?;
                start..self.start_of(page + 1)
            }
        };
        self.free -= run.end - run.start;
        if self.pages[page]
            .as_ref()
            .is_some_and(|bits| bits[0].is_empty())
        {
            let (block, bit) = split(page as u32);
            self.index[block].remove(bit);
        }
        Ok(Some(run))
    }

    /// The slots in the map as runs, ascending; the tail last. Runs that meet
    /// at a page's end are separate.
    pub fn runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let stored = self.pages.iter().enumerate().flat_map(|(page, bits)| {
            let (start, end) = (self.start_of(page), self.start_of(page + 1));
            let mut left = bits.as_ref().map(|bits| bits[0].clone());
            let mut whole = bits.is_none().then_some(start..end);
            std::iter::from_fn(move || match left.as_mut() {
                Some(left) if !left.is_empty() => {
                    let run = left.take_run();
                    Some(start + run.start..start + run.end)
                }
                _ => whole.take(),
            })
        });
        let tail = self.tail()..self.limit;
        stored.chain((!tail.is_empty()).then_some(tail))
    }

    /// Bytes allocated. O(1).
    pub fn bytes(&self) -> usize {
        self.pages.capacity() * size_of::<Option<Box<[Page; 1]>>>()
            + (self.stored + self.index.capacity()) * size_of::<Page>()
    }

    /// The first slot of a page, or the limit.
    fn start_of(&self, page: usize) -> u32 {
        (page as u64 * u64::from(PAGE)).min(u64::from(self.limit)) as u32
    }

    /// The lowest page with a free slot.
    fn lowest_page(&self) -> usize {
        let in_block =
            |(block, bits): (usize, &Page)| Some(block * PAGE as usize + bits.lowest()? as usize);
        let indexed = self.index.iter().enumerate().find_map(in_block);
        indexed.unwrap_or(self.pages.len())
    }

    /// Gives a wholly free page memory, with no slot in it: they are the
    /// caller's. Counts them as free still.
    fn store(&mut self, page: usize) -> Result<(), OutOfMemory> {
        let refused = |_| OutOfMemory;
        let mut bits = Vec::new();
        bits.try_reserve_exact(1).map_err(refused)?; // Box::try_new is not stable yet
        bits.push(Page::EMPTY);
        let bits = bits.into_boxed_slice().try_into().ok();
        if page == self.pages.len() {
            self.pages.try_reserve(1).map_err(refused)?;
            let (block, _) = split(page as u32);
            if block == self.index.len() {
                self.index.try_reserve(1).map_err(refused)?;
                self.index.push(Page::EMPTY);
            }
            self.pages.push(None);
            self.free += self.start_of(page + 1) - self.start_of(page);
        }
        self.pages[page] = bits;
        self.stored += 1;
        Ok(())
    }
}

impl fmt::Debug for FreeMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runs()).finish()
    }
}

/// Which page a bit is in, and where in it.
fn split(bit: u32) -> (usize, u32) {
    ((bit / Page::BITS) as usize, bit % Page::BITS)
}

/// A set of numbers below 4,096: 64 words, and a summary of which have a bit.
#[derive(Clone)]
struct Page {
    words: [u64; 64],
    summary: u64,
}

impl Page {
    const BITS: u32 = 64 * 64;
    const EMPTY: Self = Self {
        words: [0; 64],
        summary: 0,
    };

    fn is_empty(&self) -> bool {
        self.summary == 0
    }

    fn lowest(&self) -> Option<u32> {
        let word = self.summary.trailing_zeros();
        (word < 64).then(|| word * 64 + self.words[word as usize].trailing_zeros())
    }

    fn contains(&self, bit: u32) -> bool {
        self.words[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }

    /// Says whether the bit was missing.
    fn insert(&mut self, bit: u32) -> bool {
        let (word, mask) = ((bit / 64) as usize, 1 << (bit % 64));
        let missing = self.words[word] & mask == 0;
        self.words[word] |= mask;
        self.summary |= 1 << word;
        missing
    }

    fn remove(&mut self, bit: u32) {
        let word = (bit / 64) as usize;
        self.words[word] &= !(1 << (bit % 64));
        if self.words[word] == 0 {
            self.summary &= !(1 << word);
        }
    }

    fn insert_run(&mut self, run: Range<u32>) {
        let mut start = run.start;
        while start < run.end {
            let end = run.end.min((start / 64 + 1) * 64);
            let word = (start / 64) as usize;
            self.words[word] |= mask(start % 64, end - start);
            self.summary |= 1 << word;
            start = end;
        }
    }

    /// Takes the lowest run out of a page that is not empty.
    fn take_run(&mut self) -> Range<u32> {
        let mut word = self.summary.trailing_zeros();
        let start = word * 64 + self.words[word as usize].trailing_zeros();
        let mut end = start;
        loop {
            let bits = &mut self.words[word as usize];
            let ones = (*bits >> (end % 64)).trailing_ones();
            *bits &= !mask(end % 64, ones);
            if *bits == 0 {
                self.summary &= !(1 << word);
            }
            end += ones;
            word += 1;
            if end != word * 64 || word == 64 {
                return start..end;
            }
        }
    }
}

/// `ones` bits from bit `from` up; both together are at most 64.
fn mask(from: u32, ones: u32) -> u64 {
    u64::MAX.checked_shr(64 - ones).unwrap_or(0) << (from % 64)
}
