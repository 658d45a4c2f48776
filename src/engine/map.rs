//! The engine's hash maps and sets: lookup by key, and iteration only over sorted keys, so that no order leaks.
#![allow(clippy::disallowed_types)] // the one place that names the hash map

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A hash map whose only iteration is over sorted keys.
#[derive(Clone, Debug)]
pub struct Map<K, V>(FxHashMap<K, V>);

/// A hash set whose only iteration is over sorted members.
#[derive(Clone, Debug)]
pub struct Set<K>(FxHashSet<K>);

impl<K: Eq + Hash, V> Default for Map<K, V> {
    fn default() -> Self {
        Map(FxHashMap::default())
    }
}

impl<K: Eq + Hash + Ord + Copy, V> Map<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    /// The value of a key, made if it is not there.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        self.0.entry(key).or_insert_with(make)
    }

    /// Sets a value and returns the old one.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    /// Empties the map and keeps its memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove(key)
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Keeps the entries that the test accepts; the test must not depend on the order it is asked in.
    pub fn retain(&mut self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain(keep);
    }

    /// Changes every value; the change must not depend on the order it is made in.
    pub fn for_each_mut(&mut self, change: impl FnMut(&mut V)) {
        self.0.values_mut().for_each(change);
    }

    /// All keys, ascending.
    pub fn sorted_keys(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.0.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Eq + Hash> Default for Set<K> {
    fn default() -> Self {
        Set(FxHashSet::default())
    }
}

impl<K: Eq + Hash + Ord + Copy> Set<K> {
    /// Adds a member; false if it was there.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key)
    }

    /// Takes a member out; false if it was not there.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key)
    }

    /// Keeps the members that the test accepts; the test must not depend on the order it is asked in.
    pub fn retain(&mut self, keep: impl FnMut(&K) -> bool) {
        self.0.retain(keep);
    }

    /// Whether it is a member.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains(key)
    }

    /// All members, ascending.
    pub fn sorted(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.0.iter().copied().collect();
        keys.sort_unstable();
        keys
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Serialize + Ord + Eq + Hash, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries: Vec<(&K, &V)> = self.0.iter().collect();
        entries.sort_unstable_by(|a, b| a.0.cmp(b.0));
        serializer.collect_seq(entries)
    }
}

impl<'de, K: Deserialize<'de> + Eq + Hash, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Map(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect()))
    }
}

impl<K: Serialize + Ord + Eq + Hash> Serialize for Set<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members: Vec<&K> = self.0.iter().collect();
        members.sort_unstable();
        serializer.collect_seq(members)
    }
}

impl<'de, K: Deserialize<'de> + Eq + Hash> Deserialize<'de> for Set<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Set(Vec::<K>::deserialize(deserializer)?.into_iter().collect()))
    }
}
