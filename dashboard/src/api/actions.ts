// Calls that the generated client knows, in the form the pages use: one argument in, the data or an ApiError out.
import { call } from './call'
import type {
  Account,
  Credentials,
  JoinToken,
  LoginLink,
  NewUser,
  PasswordChange,
  TokenWithSecret,
  Tokens,
  User,
  UserChange,
} from './gen'
import * as sdk from './gen/sdk.gen'

/** Lists of people and tokens are short, and shown whole. */
const WHOLE = { query: { limit: 100 } }

/** For calls whose answer has no body. */
const done = async (answer: Parameters<typeof call>[0]): Promise<void> => {
  await call(answer)
}

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

/** Lets one machine join the farm. */
export const createJoinToken = (name: string): Promise<JoinToken> => call(sdk.createJoinToken({ body: { name } }))
