// What the generator reads and writes: types, one function per operation, a client that calls fetch.
export default {
  input: '../../../schema/openapi.json',
  output: { path: '../../src/api/gen', postProcess: [] },
  plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
  logs: { level: 'warn' },
}
