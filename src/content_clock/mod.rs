//! The content clock: the database counts its own changes, and everything that is cached says up to
//! which change it has seen.
//!
//! No wall clock, no time to hold off, no position in a write-ahead log decides what is old. This
//! page proves the rule by which an entry counts as valid, and names the test of each step. Tests
//! whose names begin with `clock::` are in `tests/all`; the others stand beside the code. The whole
//! of it is searched for every order of events by `clock::model`, which also finds each of thirteen
//! ways to do it wrong.
//!
//! # Words
//!
//! A *change* is a row of the change log. A *pass* gives every change that it sees, and that has no
//! number, the number behind the clock's, and leaves a random *mark*. An *entry* is a cached value
//! with its tags, its epoch and its `as_of`. An instance has a *floor*, a *watermark*, and a *slot*
//! for each tag.
//!
//! # What is assumed
//!
//! 1. **The log is complete.** Each change of content leaves its row, by a trigger, in its own
//!    transaction: `db::change_log`, whoever makes it (`a_replicating_session_is_no_exception`,
//!    `truncating_any_table_raises_all`, `a_row_that_is_replaced_is_logged_as_well`).
//! 2. **Tags are those of the changed row itself**, and an entry has the tags of all it was made
//!    from. Tags that were found by a look into another table could be missed by two transactions at
//!    once (`clock::races::…::two_transactions_that_miss_each_other_still_raise_the_list`).
//! 3. **Time is no change**: no query that fills an entry reads a clock (`clock::time`).
//! 4. **Snapshots are consistent.** Who sees a transaction sees all that this transaction saw. That
//!    holds on the primary and on a physical standby; not on a logical replica, which is no source.
//! 5. **What was shown stays**, within an epoch. A trigger, and the pass itself, raise
//!    `synchronous_commit` where a crash could take something back
//!    (`a_change_waits_for_its_own_disk_at_least`, `a_pass_waits_for_its_own_disk_at_least`).
//!
//! # The rule
//!
//! > An entry is valid for an instance if and only if its epoch is the instance's, its `as_of` is not
//! > below the floor, and no slot of its tags is above its `as_of`.
//!
//! **Claim.** If an entry is found valid at the watermark `w`, it shows every change up to `w` that
//! has one of its tags.
//!
//! # The argument
//!
//! **1. Numbers go up by one, and each is given once.** Passes of PostgreSQL hold an advisory lock
//! until their commit is visible. Behind the lock come *later statements* of `READ COMMITTED`, whose
//! snapshots see all that the last holder did; so each reads the clock that its predecessor left. A
//! pass that finds nothing gives no number. SQLite has one writer at a time, and its trigger counts.
//! (`clock::stamping::writers_and_stampers_leave_no_gap`,
//! `a_pass_that_waited_stamps_what_came_meanwhile`; the wrong ways fail:
//! `a_stamp_in_one_statement_with_its_lock_is_wrong`, `a_stamper_with_an_old_snapshot_fails_closed`.)
//!
//! **2. Who reads the number `n` sees every change up to `n`.** The pass that gave a number saw the
//! changes, or it could not have numbered them; the next pass saw that pass; and a snapshot that reads
//! `n` sees the pass that wrote it. By (4) it sees them all. It does not matter in which order rows
//! were drawn, written ahead, or became visible
//! (`a_lower_id_that_commits_later_is_not_missed`,
//! `clock::standby::a_commit_that_a_synchronous_standby_holds_back_gets_its_number_when_it_is_seen`).
//!
//! **3. An entry shows every change up to its `as_of`.** The clock is read in the snapshot that loads
//! the value, so (2) applies, on a standby that lags as well
//! (`clock::standby::a_fill_from_a_lagging_standby_is_invalid_from_birth`). It may show more: `as_of`
//! is a lower bound.
//!
//! **4. For each change `s` above the floor and up to the watermark, every slot of its tags is at
//! `s` or above.** The applier has three ways to move, all under one lock:
//! - It *begins* with the newest rows of the log, read in one snapshot with the clock. The floor stands
//!   below the lowest number that is there in whole
//!   (`a_cold_start_without_a_floor_is_wrong`, `a_cold_start_reads_back_as_far_as_is_bearable`).
//! - It *reads on* from the watermark. A number that is missing was pruned, and it begins anew
//!   (`an_instance_that_slept_beyond_the_pruned_part_begins_anew`). A number whose rows may go on in
//!   the next page does not count yet (`many_rows_of_one_number_are_one_step`). Only what has a number
//!   is pruned (`a_row_without_a_number_is_never_pruned`).
//! - It *hears* news. That moves the watermark only if it has the next number and knows the mark before
//!   it; whatever else it says may be raised, since slots move by maximum
//!   (`news_that_is_doubled_late_or_out_of_order_does_no_harm`, `news_and_log_say_the_same`). News is
//!   told after the commit of its pass has returned (`a_stamp_that_is_held_back_is_not_told`).
//!
//! Slots are raised before the watermark is, and floor, slots, watermark and epoch are one object that
//! is swapped whole.
//!
//! **5. The claim.** Let an entry be found valid at `w`, and let `s ≤ w` be a change with one of its
//! tags that it does not show. By (3), `s` is above `as_of`, which is not below the floor. By (4) the
//! slot was at `s` or above before the watermark came to `w`; and who asks reads the watermark first
//! (acquire), then the slots. So a slot above `as_of` was seen, and the entry was not valid. ∎
//!
//! A loader that read before a write and stores after it therefore stores an entry that is invalid
//! from birth (`clock::races::a_fill_that_read_before_a_write_and_stores_after_it`).
//!
//! **6. What is made of entries** takes the least of: the `as_of` of what it read afresh, and for each
//! valid part the watermark at which it was found valid. By the claim each part shows every change up
//! to that.
//!
//! **7. A new epoch shows nothing that was lost.** A number means something in its epoch only. Every
//! pass, and so every poll, compares the place where the epoch was made, and begins a new one, under
//! its lock, before it gives a number
//! (`the_epoch_is_new_before_the_first_number_is`, `many_that_notice_at_once_make_one_epoch`,
//! `clock::standby::a_promotion_that_gives_numbers_again_is_a_new_epoch`). Where the place is the same,
//! as after a restore, the marks tell: an instance finds its last number lower, or marked otherwise, in
//! the clock, in the log or in the news, and ends the epoch
//! (`a_restore_that_gives_numbers_again_is_a_new_epoch`, `news_after_a_restore_is_not_applied`). SQLite
//! begins an epoch at a start after an unclean stop (`a_start_after_an_unclean_stop_is_a_new_epoch`).
//!
//! **8. A writer's number covers their change.** [`Stamper::settle`] gives the number of a pass that
//! began after the commit returned, and so saw it (`a_pass_that_runs_already_is_not_joined`). Before it
//! returns, this instance has applied everything up to that number. A [`Token`] carries it to the
//! others.
//!
//! **9. The age of what is shown is bounded.** A poll is a pass followed by all that it found. So at its
//! end the instance knows of everything that was visible on the primary when the question was sent;
//! that moment is what the [`Fence`] is told (`an_answer_counts_from_its_question`,
//! `a_frozen_process_wakes_behind_the_fence`). A standby cannot answer
//! (`a_standby_is_not_taken_for_the_primary`).
//!
//! # What is not shown
//!
//! Two primaries at once: their entries stay apart, but which of them is right only the fencing of the
//! database can say. A restore in place under a running site: until the next poll of any instance,
//! numbers of both histories stand side by side. A CDN, which cannot ask: it is purged.

mod applier;
mod as_of;
mod channel;
mod clock;
mod fence;
mod follower;
mod log;
#[cfg(test)]
mod memory_log;
mod news;
mod provenance;
mod stamper;
mod tag_clock;
mod token;

pub use applier::Heard;
pub use as_of::{AsOf, Epoch};
pub use channel::Channel;
pub use clock::{ContentClock, Standing};
pub use fence::{Fence, Moment};
pub use follower::Follower;
pub use log::{Asking, Change, ChangeLog, Fresh, LogCursor, LogError, Mark, Page, Pass, Reading};
pub use news::News;
pub use provenance::{Provenance, TagHash, TagSet};
pub use stamper::{Stamper, Unsettled, follow, report};
pub use tag_clock::TagClock;
pub use token::{Token, TokenKey};
