import type { Published } from './published.ts'

type Pins = Pick<Published, 'digests' | 'actions'>

const ACTION = /^(\s*(?:- )?uses: )([^@\s]+)@(\S+)(?: # (\S+))?$/gm
const IMAGE = /^(\s*(?:image: |FROM |COPY --from=|ARG \w+=))([\w./-]+:[\w.-]+)(@sha256:[0-9a-f]{64})?/gm

/** The actions of a workflow, as published.json names them: "actions/checkout@v6", also if the line has a commit. */
export const actionsIn = (workflow: string): string[] =>
  [...workflow.matchAll(ACTION)].map(([, , name, ref, version]) => `${name}@${version ?? ref}`)

/** The images with a tag that a Dockerfile or a compose file names. */
export const imagesIn = (text: string): string[] => [...text.matchAll(IMAGE)].map(([, , image]) => image!)

/** The workflow with each action at its commit, or at its version as long as the commit is not known. */
export const pinActions = (workflow: string, { actions }: Pins): string =>
  workflow.replace(ACTION, (_, before: string, name: string, ref: string, version: string = ref) => {
    const commit = actions[`${name}@${version}`]
    return `${before}${name}@${commit ? `${commit} # ${version}` : version}`
  })

/** A Dockerfile or a compose file with the digest of each image that is known. */
export const pinImages = (text: string, { digests }: Pins): string =>
  text.replace(IMAGE, (_, before: string, image: string) => {
    const digest = digests[image]
    return `${before}${image}${digest ? `@${digest}` : ''}`
  })
