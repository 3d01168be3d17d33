// What other features and the routes may use of the editor.
export { EditorPage, factsOf } from './editor-page'
