// Under which key something is kept in the query cache.

/** Keys begin with the topic, so that an event about a topic finds all that is known of it. */
export const keys = {
  exports: ['exports'] as const,
  export: (id: string) => ['exports', id] as const,
  progress: (id: string) => ['exports', id, 'progress'] as const,
  videos: ['videos'] as const,
  video: (id: string) => ['videos', id] as const,
  nodes: ['nodes'] as const,
  queue: ['queue'] as const,
  // These are looked at by the clock, and not with every piece of news.
  history: ['history'] as const,
  stuck: ['stuck'] as const,
  webhooks: ['webhooks'] as const,
  settings: ['settings'] as const,
  presets: ['settings', 'presets'] as const,
  tokens: ['tokens'] as const,
  users: ['users'] as const,
}
