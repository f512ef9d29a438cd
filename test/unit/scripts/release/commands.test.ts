import { describe, expect, test } from 'vitest'
import { commandsFor, tarballOf } from '../../../../scripts/release/commands.ts'

const IMAGE = 'registry.example/lab/papers'
const lines = commandsFor({
  version: '1.2.3',
  image: IMAGE,
  package: '@lab/papers',
  suffixes: ['', '-relay'],
})
  .split('\n')
  .filter((line) => line.startsWith('docker'))

describe('commandsFor', () => {
  test('loads, tags, pushes and removes each image of each archive, and then lists both processors', () => {
    const archive = (architecture: string) => [
      `docker load --input .release/daily-papers-1.2.3-${architecture}.tar.gz`,
      `docker tag ${IMAGE}:1.2.3 ${IMAGE}:1.2.3-${architecture} && docker push ${IMAGE}:1.2.3-${architecture}`,
      `docker tag ${IMAGE}:1.2.3-relay ${IMAGE}:1.2.3-relay-${architecture} && docker push ${IMAGE}:1.2.3-relay-${architecture}`,
      `docker image rm ${IMAGE}:1.2.3 ${IMAGE}:1.2.3-relay`,
    ]
    const list = (tag: string) => `docker buildx imagetools create --tag ${tag} ${tag}-amd64 ${tag}-arm64`
    expect(lines).toEqual([
      ...archive('amd64'),
      ...archive('arm64'),
      list(`${IMAGE}:1.2.3`),
      list(`${IMAGE}:1.2.3-relay`),
    ])
  })
})

test.each([
  ['daily-papers', 'daily-papers-1.2.3.tgz'],
  ['@lab/papers', 'lab-papers-1.2.3.tgz'],
])('`tarballOf` names the file of %s as npm does', (name, file) => {
  expect(tarballOf(name, '1.2.3')).toBe(file)
})
