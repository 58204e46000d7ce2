//! Which processors the contenders have, and which one the server has to itself.
//!
//! Where the scheduler puts two processes that talk to each other decides on tens of microseconds, and it decides anew in each run: a warm cycle
//! over two processors took twice as long as one over the same. Starts are left to the scheduler: they scatter less so.

use cargo_barelambda::error::{Context, Error};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// While this lives, the thread that made it has a processor to itself, if there are several.
pub struct Reserved {
    all: CpuSet,
    /// Those of the contenders; none if there is only one processor for everybody.
    others: Option<CpuSet>,
}

impl Reserved {
    /// Takes the first processor that this process may run on.
    pub fn new() -> Result<Self, Error> {
        let all = sched_getaffinity(None).context("the processors of this process")?;
        let first = (0..CpuSet::MAX_CPU).find(|&processor| all.is_set(processor));
        let (Some(first), 2..) = (first, all.count()) else { return Ok(Self { all, others: None }) };
        let (mut own, mut others) = (CpuSet::new(), all);
        own.set(first);
        others.unset(first);
        sched_setaffinity(None, &own).context("a processor of one's own")?;
        Ok(Self { all, others: Some(others) })
    }

    pub fn others(&self) -> Option<&CpuSet> {
        self.others.as_ref()
    }

    /// In words, for a record.
    pub fn described(&self) -> String {
        match &self.others {
            Some(others) => format!("one for the server, which spins; {} for the contender", others.count()),
            None => "one for the server and the contender".to_owned(),
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // It had them before.
        let _ = sched_setaffinity(None, &self.all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_processor_is_reserved_and_given_back() {
        let before = sched_getaffinity(None).unwrap();
        {
            let reserved = Reserved::new().unwrap();
            let own = sched_getaffinity(None).unwrap();
            if let Some(others) = reserved.others() {
                assert_eq!((own.count(), own.count() + others.count()), (1, before.count()));
                assert!((0..CpuSet::MAX_CPU).all(|processor| !(own.is_set(processor) && others.is_set(processor))));
            }
        }
        assert!(sched_getaffinity(None).unwrap() == before);
    }
}
