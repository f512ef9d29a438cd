import { expect, test } from 'vitest'
import { headingOf } from '../../../src/emails/sections-view.ts'

test.each([
  ['linear attention', 'linear attention'],
  ['RAG OR retrieval', 'RAG or retrieval'],
  ['"linear attention" NOT survey', 'linear attention'],
  ['"R AND D"', 'R AND D'],
  ['title:diffusion', 'diffusion'],
  ['RAG OR (', 'RAG OR ('],
  ['The "best" papers', 'The best papers'],
  ['RL: agents', 'RL: agents'],
])('`headingOf` names a section with the topic %s', (topic, heading) => {
  expect(headingOf({ topic, topicId: 1, papers: [] })).toBe(heading)
})
