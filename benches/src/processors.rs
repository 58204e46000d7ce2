//! Reserves one processor for the server, and leaves the others to the contenders.
//!
//! The scheduler's placement of two processes that communicate makes a difference of tens of
//! microseconds, and changes with each run: a warm cycle across two processors took twice as long
//! as one on the same. Cold starts are left to the scheduler, as they then vary less.

use cargo_barelambda::error::{Context, Error};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Reserves a processor for the thread that created it until it is dropped, if there are several.
pub struct Reserved {
    all: CpuSet,
    /// The contenders' processors, or `None` if there is only one processor.
    others: Option<CpuSet>,
}

impl Reserved {
    /// Reserves the first processor that this process may run on.
    pub fn new() -> Result<Self, Error> {
        let all =
            sched_getaffinity(None).context("failed to get the processors of this process")?;
        let first = (0..CpuSet::MAX_CPU).find(|&processor| all.is_set(processor));
        let (Some(first), 2..) = (first, all.count()) else {
            return Ok(Self { all, others: None });
        };
        let (mut own, mut others) = (CpuSet::new(), all);
        own.set(first);
        others.unset(first);
        sched_setaffinity(None, &own).context("failed to reserve a processor")?;
        Ok(Self { all, others: Some(others) })
    }

    pub fn others(&self) -> Option<&CpuSet> {
        self.others.as_ref()
    }

    /// Returns a description for a record.
    pub fn described(&self) -> String {
        match &self.others {
            Some(others) => {
                format!("one for the server, which spins; {} for the contender", others.count())
            }
            None => "one for the server and the contender".to_owned(),
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // The thread ran on these before, so this can't fail.
        let _ = sched_setaffinity(None, &self.all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_processor_is_reserved_and_released() {
        let before = sched_getaffinity(None).unwrap();
        {
            let reserved = Reserved::new().unwrap();
            let own = sched_getaffinity(None).unwrap();
            if let Some(others) = reserved.others() {
                assert_eq!((own.count(), own.count() + others.count()), (1, before.count()));
                assert!(
                    (0..CpuSet::MAX_CPU)
                        .all(|processor| !(own.is_set(processor) && others.is_set(processor)))
                );
            }
        }
        assert!(sched_getaffinity(None).unwrap() == before);
    }
}
