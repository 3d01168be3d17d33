// People, tokens and settings of the mock farm. Everybody is signed in until they sign out.
import { HttpResponse, http } from 'msw'
import type { ExportSettings } from '../../src/api/client'
import type { Role } from '../../src/api/gen'
import { notFound, refusal } from '../answers'
import { id } from '../clock'
import { defaults, limits, me, presets, recommendations, tokens, users } from '../data'

const SIGNED_OUT = 'mock.signed-out'
const done = () => new HttpResponse(null, { status: 204 })
let made = 100
const newId = () => id(9, (made += 1))
const now = () => new Date().toISOString()

/** `?as=creator` in the address plays another role. */
const role = (): Role => {
  const asked = new URLSearchParams(location.search).get('as') ?? sessionStorage.getItem('mock.role')
  if (asked !== 'creator' && asked !== 'operator') return me.role
  sessionStorage.setItem('mock.role', asked)
  return asked
}

type NewPreset = { name: string; settings: ExportSettings }

export const accountHandlers = [
  http.get('/api/me', () =>
    sessionStorage.getItem(SIGNED_OUT)
      ? refusal(401, 'not_signed_in', 'Sign in first.')
      : HttpResponse.json({ ...me, role: role() }),
  ),
  http.post<never, { name: string; password: string }>('/api/auth/login', async ({ request }) => {
    const { password } = await request.json()
    if (password === 'wrong') return refusal(401, 'wrong_credentials', 'The name or the password is wrong.')
    sessionStorage.removeItem(SIGNED_OUT)
    return HttpResponse.json(me)
  }),
  http.post('/api/auth/logout', () => {
    sessionStorage.setItem(SIGNED_OUT, 'yes')
    return done()
  }),
  http.post('/api/auth/password', done),

  http.get('/api/tokens', () => HttpResponse.json({ tokens, total: tokens.length })),
  http.post<never, { name: string }>('/api/tokens', async ({ request }) => {
    const token = { id: newId(), name: (await request.json()).name, created_at: now() }
    tokens.unshift(token)
    return HttpResponse.json({ ...token, token: 'rf_mock0000000000000000000000000000' }, { status: 201 })
  }),
  http.delete('/api/tokens/:id', ({ params }) => {
    const index = tokens.findIndex((token) => token.id === params.id)
    if (index < 0) return notFound('token')
    tokens.splice(index, 1)
    return done()
  }),

  http.get('/api/users', () => HttpResponse.json({ users, total: users.length })),
  http.post<never, { name: string; role: Role }>('/api/users', async ({ request }) => {
    const { name, role: wanted } = await request.json()
    if (users.some((user) => user.name === name)) return refusal(409, 'name_taken', 'There is an account of that name already.')
    const user = { id: newId(), name, role: wanted, disabled: false, has_password: true, limits, created_at: now() }
    users.push(user)
    return HttpResponse.json(user, { status: 201 })
  }),
  http.patch<{ id: string }, { role?: Role; disabled?: boolean }>('/api/users/:id', async ({ params, request }) => {
    const user = users.find((known) => known.id === params.id)
    if (!user) return notFound('user')
    return HttpResponse.json(Object.assign(user, await request.json()))
  }),
  http.post('/api/users/:id/login-links', () =>
    HttpResponse.json({ url: `${location.origin}/login/rfl_mock`, expires_at: now() }, { status: 201 }),
  ),

  http.get('/api/settings/export', () => HttpResponse.json(defaults.now)),
  http.put<never, { settings?: ExportSettings; preset_id?: string }>('/api/settings/export', async ({ request }) => {
    const { settings, preset_id } = await request.json()
    const preset = presets.find((known) => known.id === preset_id)
    for (const known of presets) known.is_default = known === preset
    const chosen = settings ?? preset?.settings
    if (!chosen) return notFound('preset')
    defaults.now = { settings: chosen, ...(preset_id ? { preset_id } : {}), updated_at: now() }
    return HttpResponse.json(defaults.now)
  }),
  http.delete('/api/settings/export', () => {
    defaults.now = { settings: { resolution: '1080p', format: 'mp4', quality: 'medium' } }
    return HttpResponse.json(defaults.now)
  }),
  http.get('/api/settings/presets', () => HttpResponse.json({ presets, total: presets.length })),
  http.post<never, NewPreset>('/api/settings/presets', async ({ request }) => {
    const body = await request.json()
    if (presets.some(({ name }) => name === body.name)) {
      return refusal(409, 'preset_exists', `You have a preset called "${body.name}" already.`)
    }
    const preset = { id: newId(), ...body, is_default: false, created_at: now(), updated_at: now() }
    presets.push(preset)
    return HttpResponse.json(preset, { status: 201 })
  }),
  http.put<{ id: string }, NewPreset>('/api/settings/presets/:id', async ({ params, request }) => {
    const preset = presets.find((known) => known.id === params.id)
    return preset ? HttpResponse.json(Object.assign(preset, await request.json())) : notFound('preset')
  }),
  http.delete('/api/settings/presets/:id', ({ params }) => {
    const index = presets.findIndex((known) => known.id === params.id)
    if (index < 0) return notFound('preset')
    presets.splice(index, 1)
    return done()
  }),
  http.post('/api/settings/presets/:id/duplicate', ({ params }) => {
    const preset = presets.find((known) => known.id === params.id)
    if (!preset) return notFound('preset')
    const copy = { ...preset, id: newId(), name: `${preset.name} copy`, is_default: false }
    presets.push(copy)
    return HttpResponse.json(copy, { status: 201 })
  }),
  http.get('/api/recommendations', () => HttpResponse.json({ as_of: '2026-11-25', recommendations })),
]
