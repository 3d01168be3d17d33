// Joins class names. Of two that contradict each other, the one with `!` at its end holds.
import { type ClassValue, clsx } from 'clsx'

export const cn = (...classes: ClassValue[]): string => clsx(...classes)
