// How many slots of a node, or of a farm, are busy. Knows nothing of what they do.

/** A node may do something light beside its encodes: more than all of its slots are never busy. */
export const busySlots = ({ slots, slots_busy }: { slots: number; slots_busy: number }): number => Math.min(slots, slots_busy)
