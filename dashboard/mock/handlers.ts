// Everything the mock farm answers. What is not here reaches the network and fails loudly.
import { accountHandlers } from './handlers/account'
import { exportHandlers } from './handlers/exports'
import { farmHandlers } from './handlers/farm'
import { orderHandlers } from './handlers/orders'
import { videoHandlers } from './handlers/videos'
import { moodHandlers } from './moods'

export const handlers = [...moodHandlers, ...videoHandlers, ...orderHandlers, ...exportHandlers, ...accountHandlers, ...farmHandlers]
