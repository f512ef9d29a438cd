import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** "" is a value that is not known yet: a release names it and refuses to run, and no page shows it. */
const known = <T extends z.ZodType>(value: T) => z.union([z.literal(''), value])
const address = known(
  z.url({ protocol: /^https$/ }).refine((url) => !url.endsWith('/'), 'no slash at the end'),
)

const schema = z.strictObject({
  /** Where the source is: https://HOST/OWNER/NAME. */
  repository: address,
  /** The name on npm. Until it is known, documents of the package install its file. */
  package: known(z.string().regex(/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, 'a name on npm')),
  /** Where the image is pulled from, without a tag: HOST/OWNER/NAME. */
  image: known(z.string().regex(/^[\w.-]+(:\d+)?(\/[\w.-]+)+$/, 'HOST/OWNER/NAME, without a tag')),
  /** The static copy of the demo, and these documents as pages. */
  demo: address,
  docs: address,
  /** The manifest of each image that the Dockerfile and the compose file start from. */
  digests: z.record(z.string(), known(z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256:…'))),
  /** The commit of each action that the workflows use. */
  actions: z.record(z.string(), known(z.string().regex(/^[0-9a-f]{40}$/, 'a commit of 40 hex digits'))),
})

export type Published = z.infer<typeof schema>

/** Throws ZodError with the place of a wrong value. */
export const parsePublished = (value: unknown): Published => schema.parse(value)

/** The addresses and pins that only the people who publish know. */
export const readPublished = (): Published =>
  parsePublished(JSON.parse(readFileSync(join(import.meta.dirname, 'published.json'), 'utf8')))

/** The paths of all values that are not known yet, such as "repository" and "digests postgres:17". */
export function unknownIn(published: Published): string[] {
  const { digests, actions, ...addresses } = published
  const missing = (values: Record<string, string>) =>
    Object.entries(values)
      .filter(([, value]) => value === '')
      .map(([name]) => name)
  return [
    ...missing(addresses),
    ...missing(digests).map((image) => `digests ${image}`),
    ...missing(actions).map((action) => `actions ${action}`),
  ]
}
