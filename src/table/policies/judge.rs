//! What a policy says about a line: pure, without an allocation.

use super::{GroupPart, PolicyTable, PolicyTest, Relation};
use crate::code::Modifier;
use crate::table::index::Rank;

/// What a test says of diagnoses and modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the diagnoses are covered.
    pub coverage: Coverage,
    /// A modifier, or one of several of that group, that must be on the line and is not.
    pub lacks: Option<GroupPart>,
}

/// Whether diagnoses are covered with a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// A modifier takes the line out of the policy.
    Lifted,
    /// This group is met.
    Supported(GroupPart),
    /// This group excludes that diagnosis.
    Excluded {
        /// The excluding group.
        by: GroupPart,
        /// The diagnosis.
        diagnosis: Rank,
        /// Another diagnosis is on a supporting list of the policy.
        supported: bool,
    },
    /// This group would be met with its modifier.
    OnlyWith(GroupPart),
    /// No group is met. Of a group with several parts that is met in part, the first part that is not.
    NotSupported(Option<GroupPart>),
    /// The policy lists no supporting diagnoses, and excludes none of these.
    Silent,
}

/// A group while its parts are walked through.
#[derive(Clone, Copy)]
struct Walk {
    first: GroupPart,
    met: bool,
    some: bool,
    lacking: Option<GroupPart>,
    found: Option<Rank>,
}

impl PolicyTable {
    /// Judges diagnoses, by their ranks, and modifiers.
    pub fn judge(
        &self,
        test: PolicyTest,
        diagnoses: impl Iterator<Item = Rank> + Clone,
        has: impl Fn(Modifier) -> bool,
    ) -> Judgement {
        let parts = self.parts(test);
        let on_line = |part: &GroupPart| part.modifier.is_some_and(&has);
        if parts.clone().any(|p| p.relation == Relation::Lifts && on_line(&p)) {
            return Judgement { coverage: Coverage::Lifted, lacks: None };
        }
        let any_of_name = |part: &GroupPart| parts.clone().any(|q| q.is_of_name(part) && on_line(&q));
        let lacks = parts.clone().find(|p| p.relation == Relation::Requires && !any_of_name(p));

        let (mut supported, mut only_with, mut excluded, mut partly) = (None, None, None, None);
        let mut lists = false;
        let mut finish = |walk: Option<Walk>| {
            let Some(walk) = walk else { return };
            match (walk.first.relation, walk.met) {
                (Relation::Supports, true) if walk.first.modifier.is_none() || on_line(&walk.first) => {
                    supported = supported.or(Some(walk.first));
                }
                (Relation::Supports, true) => only_with = only_with.or(Some(walk.first)),
                (Relation::Supports, false) if walk.some => partly = partly.or(walk.lacking),
                (Relation::Excludes, true) if !any_of_name(&walk.first) => {
                    excluded = excluded.or(walk.found.map(|rank| (walk.first, rank)));
                }
                _ => {}
            }
        };
        let mut walk: Option<Walk> = None;
        for part in parts.clone().filter(|p| matches!(p.relation, Relation::Supports | Relation::Excludes)) {
            lists |= part.relation == Relation::Supports;
            let found = diagnoses.clone().find(|&d| self.holds(&part, d));
            match &mut walk {
                Some(walk) if walk.first.is_of_group(&part) => {
                    walk.met &= found.is_some();
                    walk.some |= found.is_some();
                    walk.found = walk.found.or(found);
                    if found.is_none() {
                        walk.lacking = walk.lacking.or(Some(part));
                    }
                }
                _ => {
                    finish(walk);
                    let lacking = found.is_none().then_some(part);
                    walk = Some(Walk {
                        first: part,
                        met: found.is_some(),
                        some: found.is_some(),
                        lacking,
                        found,
                    });
                }
            }
        }
        finish(walk);
        let coverage = match (excluded, supported, only_with) {
            (Some((by, diagnosis)), ..) => {
                Coverage::Excluded { by, diagnosis, supported: supported.is_some() }
            }
            (None, Some(group), _) => Coverage::Supported(group),
            (None, None, Some(group)) => Coverage::OnlyWith(group),
            (None, None, None) if lists => Coverage::NotSupported(partly),
            (None, None, None) => Coverage::Silent,
        };
        Judgement { coverage, lacks }
    }
}
