// Shows each topic as a chip. The text field stays in the form, hidden, with one topic on each line: it has what is sent,
// also what is still being typed. Without this script, people type into that field.
{
  const form = document.getElementById('subscribe')
  const field = form?.querySelector('textarea[name="topic"]')

  // As the server reads a field: words after a comma that only make sense with those before it.
  const CONTINUES =
    /^(?:but|not|no|except|without|excluding|especially|particularly|in particular|such as|like|which|that)\b/i
  const SENTENCE_WORDS = 5
  const wordsIn = (text) => text.split(/\s+/).filter(Boolean).length
  const isOpen = (text) =>
    (text.match(/"/g) ?? []).length % 2 === 1 || /[“][^”]*$/.test(text) || /\([^()]*$/.test(text)

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties)
    element.append(...children)
    return element
  }

  const start = () => {
    /** `after`: the mark that ended the topic; a comma may turn out to belong to a sentence. */
    let topics = field.value
      .split('\n')
      .flatMap((text) => (text.trim() ? [{ text: text.trim(), after: '\n' }] : []))
    const list = make('ul', { className: 'chips' })
    const draft = make('textarea', { className: 'draft', rows: 1, spellcheck: false })
    const box = make('div', { className: 'chips-box two-rows' }, list, draft)

    const typed = () => draft.value.replace(/\s+/g, ' ').trim()
    const lines = () => {
      const all = [...topics, { text: typed(), after: '' }].filter(({ text }) => text)
      return all.reduce((text, topic, i) => {
        const goesOn = i > 0 && all[i - 1].after === ',' && CONTINUES.test(topic.text)
        return `${text}${i === 0 ? '' : goesOn ? ', ' : '\n'}${topic.text}`
      }, '')
    }
    const say = () => {
      field.value = lines()
      draft.placeholder = topics.length > 0 ? field.dataset.another : ''
      // Its place stays, so that nothing moves.
      const used = field.value.split('\n')
      for (const button of form.querySelectorAll('.try .chip')) {
        const isUsed = button.name === 'best' ? field.value !== '' : used.includes(button.value)
        button.classList.toggle('used', isUsed)
      }
    }
    const show = () => {
      list.replaceChildren(...topics.map(chipOf))
      say()
      box.scrollTop = box.scrollHeight
    }
    const changed = () => {
      show()
      draft.dispatchEvent(new Event('input', { bubbles: true }))
    }
    const without = (topic) => {
      topics = topics.filter((one) => one !== topic)
    }
    const chipOf = (topic) => {
      const { edit, remove } = field.dataset
      const text = make(
        'button',
        { type: 'button', className: 'chip-text', ariaLabel: `${edit} ${topic.text}` },
        topic.text,
      )
      text.addEventListener('click', () => {
        take()
        without(topic)
        draft.value = topic.text
        changed()
        draft.focus()
      })
      const cross = make(
        'button',
        { type: 'button', className: 'chip-cross', ariaLabel: `${remove} ${topic.text}` },
        '×',
      )
      cross.addEventListener('click', () => {
        without(topic)
        changed()
        draft.focus()
      })
      return make('li', { className: 'topic-chip' }, text, cross)
    }
    const add = (text, after) => {
      if (text && !topics.some((topic) => topic.text === text)) topics.push({ text, after })
    }
    /** Makes a chip of what is typed. */
    const take = (after = '\n') => {
      const last = topics.at(-1)
      if (last?.after === ',' && CONTINUES.test(typed())) {
        const text = lines().split('\n').at(-1)
        const parts = topics.filter(({ text: part }) => text.startsWith(part) || text.includes(`, ${part}`))
        topics = topics.filter((topic) => !parts.includes(topic))
        draft.value = text
      }
      add(typed(), after)
      draft.value = ''
    }
    // A comma in quotes, in brackets or in a sentence ends no topic.
    const endsTopic = ({ 0: mark, index }) => {
      const before = draft.value.slice(0, index)
      return !isOpen(before) && (mark === '\n' || wordsIn(before) < SENTENCE_WORDS)
    }
    const split = () => {
      const end = [...draft.value.matchAll(/[,;，；\n]/g)].find(endsTopic)
      if (!end) return
      const rest = draft.value.slice(end.index + 1)
      draft.value = draft.value.slice(0, end.index)
      take(/[,，]/.test(end[0]) ? ',' : '\n')
      draft.value = rest.trimStart()
      show()
      split()
    }

    draft.addEventListener('input', () => {
      split()
      say()
    })
    draft.addEventListener('keydown', (event) => {
      if (event.isComposing) return
      if (event.key === 'Enter') {
        event.preventDefault()
        take()
        changed()
      } else if (event.key === 'Backspace' && draft.value === '' && topics.length > 0) {
        event.preventDefault()
        draft.value = topics.pop().text
        changed()
      }
    })
    draft.addEventListener('blur', () => {
      if (!typed()) return
      take()
      show()
    })
    // The field keeps the focus: to lose it would make the pressed chip anew.
    list.addEventListener('mousedown', (event) => event.preventDefault())
    box.addEventListener('click', ({ target }) => {
      if (target === box || target === list) draft.focus()
    })
    form.addEventListener('click', (event) => {
      const button = event.target.closest('.topics-field button[name="topic"], button[name="best"]')
      if (!button) return
      event.preventDefault()
      if (button.name === 'best') topics = []
      draft.value = ''
      add(button.name === 'best' ? '' : button.value, '\n')
      changed()
      draft.focus()
    })

    for (const name of ['aria-describedby', 'aria-invalid'])
      if (field.hasAttribute(name)) draft.setAttribute(name, field.getAttribute(name))
    field.id = 'topics'
    draft.id = 'topic'
    field.hidden = true
    field.before(box)
    show()
  }

  if (field) start()
}
