// Shows the topics as chips. The text field stays in the form, hidden, with the text as it was typed, commas too: the
// server splits it, as without this script. A chip shows a part of that text, so it decides nothing about what is sent.
{
  const form = document.getElementById('subscribe')
  const field = form?.querySelector('textarea[name="topic"]')

  // After a comma, these words belong to those before it: the whole line becomes one chip.
  const CONTINUES =
    /^(?:but|not|no|except|without|excluding|minus|especially|particularly|mainly|mostly|preferably|in|on|of|to|by|from|for|with|using|via|as|like|such|that|which|who|where|including|e\.?g|i\.?e|rather|other than)\b/i
  const SENTENCE_WORDS = 5
  const wordsIn = (text) => text.split(/\s+/).filter(Boolean).length
  const isOpen = (text) =>
    (text.match(/"/g) ?? []).length % 2 === 1 || /[“][^”]*$/.test(text) || /\([^()]*$/.test(text)
  const endsLine = (topic) => topic.after.includes('\n')

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties)
    element.append(...children)
    return element
  }

  const list = make('ul', { className: 'chips' })
  const draft = make('textarea', { className: 'draft', rows: 1, spellcheck: false })
  const label = form?.querySelector('label[for="topic"]')
  const count = make('span', { className: 'quiet', id: 'topic-count' })
  const box = make('div', { className: 'chips-box two-rows' }, list, draft)

  /** `after`: the separators behind the text, as typed; empty if the field lost the focus there. */
  let topics = []
  /** Whether the draft is the text of a chip, which stays whole. */
  let keepsWhole = false

  const typed = () => {
    const add = (text, topic) => topic.text + (topic.after || (text && '\n')) + text
    return topics.reduceRight(add, draft.value.trimEnd()).trimEnd()
  }

  const endLine = () => {
    const last = topics.at(-1)
    if (last && !endsLine(last)) last.after = '\n'
  }

  /** The draft becomes a chip, with the rest of its line if it continues that. */
  const take = (after = '') => {
    const text = draft.value
    draft.value = ''
    keepsWhole = false
    if (!text.trim()) {
      const last = topics.at(-1)
      if (last) last.after += after
      return
    }
    const topic = { text, after }
    if (CONTINUES.test(text.trim())) {
      while (topics.length > 0 && topics.at(-1).after && !endsLine(topics.at(-1))) {
        const before = topics.pop()
        topic.text = before.text + before.after + topic.text
      }
    }
    topics.push(topic)
  }

  // A comma in quotes, in brackets or in a sentence ends no chip.
  const endsTopic = ({ 0: mark, index }) => {
    const before = draft.value.slice(0, index)
    return !isOpen(before) && (mark === '\n' || wordsIn(before) < SENTENCE_WORDS)
  }

  const split = () => {
    if (keepsWhole) return
    for (;;) {
      const end = [...draft.value.matchAll(/[,;，；\n]/g)].find(endsTopic)
      if (!end) return
      const rest = draft.value.slice(end.index + 1)
      draft.value = draft.value.slice(0, end.index)
      take(end[0])
      draft.value = rest
    }
  }

  const say = () => {
    field.value = typed()
    draft.placeholder = topics.length > 0 ? field.dataset.another : ''
    const used = topics.map(({ text }) => text.trim())
    // Its place stays, so that nothing moves.
    for (const button of form.querySelectorAll('.try .chip')) {
      const isUsed = button.name === 'best' ? field.value !== '' : used.includes(button.value)
      button.classList.toggle('used', isUsed)
    }
  }

  const show = () => {
    list.replaceChildren(...topics.map(chipOf))
    say()
    // A line of its own once the text is longer than the room beside the chips.
    draft.classList.remove('whole-line')
    draft.classList.toggle('whole-line', draft.scrollWidth > draft.clientWidth)
    count.hidden = box.scrollHeight < box.clientHeight + draft.offsetHeight
    count.textContent = field.dataset.count.replace('{count}', topics.length)
    box.scrollTop = box.scrollHeight
  }

  const changed = () => {
    show()
    draft.dispatchEvent(new Event('input', { bubbles: true }))
    draft.focus()
  }

  const remove = (topic) => {
    const at = topics.indexOf(topic)
    topics.splice(at, 1)
    const before = topics[at - 1]
    // What follows must not join the topics before it.
    if (before && !endsLine(before) && (endsLine(topic) || !topic.after)) before.after = '\n'
  }

  const edit = (topic) => {
    take()
    const last = topics.at(-1)
    // The draft may have become a part of it.
    const edited = topics.includes(topic) ? topic : last
    if (edited === last) topics.pop()
    else {
      remove(edited)
      endLine()
    }
    draft.value = edited.text.trim()
    keepsWhole = true
    changed()
  }

  const chipOf = (topic) => {
    const name = topic.text.trim()
    const button = (className, label, text, press) => {
      const made = make('button', { type: 'button', className, ariaLabel: `${label} ${name}` }, text)
      made.addEventListener('click', press)
      return made
    }
    const text = button('chip-text', field.dataset.edit, name, () => edit(topic))
    const cross = button('chip-cross', field.dataset.remove, '×', () => {
      remove(topic)
      changed()
    })
    return make('li', { className: 'topic-chip' }, text, cross)
  }

  const pressKey = (event) => {
    if (event.isComposing) return
    if (event.key === 'Enter') {
      event.preventDefault()
      take('\n')
      changed()
    } else if (event.key === 'Backspace' && draft.value === '' && topics.length > 0) {
      event.preventDefault()
      edit(topics.at(-1))
    }
  }

  /** An example is a line of its own, as if it were another field. */
  const addExample = (event) => {
    const button = event.target.closest('.topics-field button[name="topic"], button[name="best"]')
    if (!button) return
    event.preventDefault()
    take('\n')
    if (button.name === 'best') topics = []
    else if (!topics.some(({ text }) => text.trim() === button.value)) {
      endLine()
      topics.push({ text: button.value, after: '\n' })
    }
    changed()
  }

  const listen = () => {
    draft.addEventListener('input', () => {
      if (!draft.value) keepsWhole = false
      split()
      show()
    })
    draft.addEventListener('keydown', pressKey)
    draft.addEventListener('blur', () => {
      if (!draft.value.trim()) return
      take()
      show()
    })
    // The field keeps the focus: to lose it would make the pressed chip anew.
    list.addEventListener('mousedown', (event) => event.preventDefault())
    box.addEventListener('click', ({ target }) => {
      if (target === box || target === list) draft.focus()
    })
    form.addEventListener('click', addExample)
  }

  const read = () => {
    topics = []
    draft.value = field.value
    split()
    take()
    show()
  }

  const start = () => {
    for (const name of ['aria-describedby', 'aria-invalid'])
      if (field.hasAttribute(name)) draft.setAttribute(name, field.getAttribute(name))
    field.id = 'topics'
    draft.id = 'topic'
    field.hidden = true
    field.before(box)
    label.after(count)
    listen()
    read()
    // Back restores the field later.
    addEventListener('pageshow', () => {
      if (field.value !== typed()) read()
    })
  }

  if (field) start()
}
