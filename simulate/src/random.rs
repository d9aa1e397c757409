//! Random numbers from a seed.

use rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1};
use rand_pcg::Pcg64Mcg;

/// Random numbers from a seed, the same on every machine.
///
/// The generator is PCG XSL 128/64 (MCG, <https://www.pcg-random.org/paper.html>). All logarithms
/// and powers are those of `libm`.
#[derive(Clone, Debug)]
pub struct Random(Pcg64Mcg);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// A number from 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An integer from 0 up to, but not including, `end`, which is not 0. The error of each
    /// probability is at most 2⁻³².
    pub fn below(&mut self, end: u32) -> u32 {
        (((self.0.next_u64() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// Uniformly distributed from half of `mean` up to one and a half times `mean`.
    pub fn jitter(&mut self, mean: u64) -> u64 {
        mean / 2 + (self.unit() * mean as f64) as u64
    }

    /// Exponentially distributed with mean 1.
    pub fn exponential(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }

    /// Pareto distributed with mean 1: most are short, a few are very long.
    /// `shape` is above 1.
    pub fn pareto(&mut self, shape: f64) -> f64 {
        (shape - 1.0) / shape * libm::exp(self.exponential() / shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_pareto_lifetimes_are_far_below_the_mean() {
        let mut random = Random::new(1);
        let mut drawn: Vec<f64> = (0..20_001).map(|_| random.pareto(1.5)).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let median = 2_f64.powf(2.0 / 3.0) / 3.0;
        assert!((drawn[10_000] / median - 1.0).abs() < 0.02, "{}", drawn[10_000]);
    }
}
