// Calls that the generated client knows, in the form the pages use: one argument in, the data or an ApiError out.
import { call } from './call'
import type {
  Account,
  Credentials,
  Deliveries,
  Estimate,
  Export,
  ExportChanges,
  ExportDefaults,
  LoginLink,
  NewExport,
  NewExportDefaults,
  NewExportOfVideo,
  NewPreset,
  NewUser,
  NewWebhook,
  NewWebhookView,
  OrderOutcomes,
  PasswordChange,
  Preset,
  Presets,
  Recommendations,
  Replayed,
  Share,
  TokenWithSecret,
  Tokens,
  UsageList,
  User,
  UserChange,
  Webhook,
  Webhooks,
} from './gen'
import * as sdk from './gen/sdk.gen'

const LIMIT_MAX = 100
/** Lists of people, tokens, presets and webhooks are short, and shown whole. */
const WHOLE = { query: { limit: LIMIT_MAX } }

/** For calls whose answer has no body. */
export const done = async (answer: Parameters<typeof call>[0]): Promise<void> => {
  await call(answer)
}

/** The newest exports of all videos, at most `limit`. */
export const newestExports = async (limit: number): Promise<Export[]> => (await call(sdk.listExports({ query: { limit } }))).exports

export const login = (body: Credentials): Promise<User> => call(sdk.login({ body }))
export const logout = (): Promise<void> => done(sdk.logout())
export const changePassword = (body: PasswordChange): Promise<void> => done(sdk.changePassword({ body }))

export const listTokens = (): Promise<Tokens> => call(sdk.listTokens(WHOLE))
export const createToken = (name: string): Promise<TokenWithSecret> => call(sdk.createToken({ body: { name } }))
export const revokeToken = (id: string): Promise<void> => done(sdk.revokeToken({ path: { id } }))

export const listUsers = (): Promise<{ users: Account[]; total: number }> => call(sdk.listUsers(WHOLE))
export const createUser = (body: NewUser): Promise<Account> => call(sdk.createUser({ body }))
export const changeUser = (id: string, body: UserChange): Promise<Account> =>
  call(sdk.changeUser({ path: { id }, body }))
/** A link that signs a browser in as that account, once. */
export const createLoginLink = (id: string): Promise<LoginLink> => call(sdk.createUserLoginLink({ path: { id } }))

/** Deletes a video with its exports and all their files. */
export const removeVideo = (id: string): Promise<void> => done(sdk.deleteVideo({ path: { id } }))

export const viewExportSettings = (): Promise<ExportDefaults> => call(sdk.viewExportSettings())
export const chooseExportSettings = (body: NewExportDefaults): Promise<ExportDefaults> =>
  call(sdk.chooseExportSettings({ body }))
export const resetExportSettings = (): Promise<ExportDefaults> => call(sdk.resetExportSettings())

export const listPresets = (): Promise<Presets> => call(sdk.listPresets({ query: { limit: 100 } }))
export const createPreset = (body: NewPreset): Promise<Preset> => call(sdk.createPreset({ body }))
export const editPreset = (id: string, body: NewPreset): Promise<Preset> => call(sdk.editPreset({ path: { id }, body }))
export const deletePreset = (id: string): Promise<void> => done(sdk.deletePreset({ path: { id } }))
export const duplicatePreset = (id: string): Promise<Preset> => call(sdk.duplicatePreset({ path: { id } }))

/** What the platforms ask for, with the day it was looked up. */
export const listRecommendations = (): Promise<Recommendations> => call(sdk.recommendations())

/** Orders several exports in one request. Each is answered by itself; the same `key` sent twice orders each once. */
export const createExports = (orders: NewExportOfVideo[], key: string): Promise<OrderOutcomes> =>
  call(sdk.createExports({ body: { orders }, headers: { 'Idempotency-Key': key } }))

export const estimateExport = (video: string, body: NewExport, signal: AbortSignal): Promise<Estimate> =>
  call(sdk.estimateExport({ path: { id: video }, body, signal }))
/** A new export by the same order, but for what `changes` names. */
export const retryExport = (id: string, changes: ExportChanges = {}): Promise<Export> =>
  call(sdk.retryExport({ path: { id }, body: changes }))
/** A new link; the one before works no more. */
export const shareExport = (id: string, hours: number): Promise<Share> =>
  call(sdk.shareExport({ path: { id }, body: { expires_in_hours: hours } }))
export const unshareExport = (id: string): Promise<void> => done(sdk.unshareExport({ path: { id } }))

/** Every page of it. */
export const viewUsage = async (months: number, everybody: boolean): Promise<UsageList> => {
  const ask = (page: number) => call(sdk.viewUsage({ query: { months, everybody, page, limit: LIMIT_MAX } }))
  const first = await ask(1)
  const usage = [...first.usage]
  for (let page = 2; page <= Math.ceil(first.total / LIMIT_MAX); page += 1) usage.push(...(await ask(page)).usage)
  return { ...first, usage }
}

export const listWebhooks = (): Promise<Webhooks> => call(sdk.listWebhooks({ query: { limit: 100 } }))
export const createWebhook = (body: NewWebhook): Promise<NewWebhookView> => call(sdk.createWebhook({ body }))
export const editWebhook = (id: string, body: NewWebhook): Promise<Webhook> => call(sdk.editWebhook({ path: { id }, body }))
export const deleteWebhook = (id: string): Promise<void> => done(sdk.deleteWebhook({ path: { id } }))
/** The last messages. */
export const listDeliveries = (id: string): Promise<Deliveries> =>
  call(sdk.listDeliveries({ path: { id }, query: { limit: 50 } }))
/** Sends one message again, or all that were given up. */
export const replayDeliveries = (id: string, delivery?: string): Promise<Replayed> =>
  call(sdk.replayDeliveries({ path: { id }, body: delivery === undefined ? {} : { delivery_id: delivery } }))
