import { describe, expect, it } from 'vitest'
import { whereTo } from '../design/link'

describe('where a connection goes', () => {
  const page = { protocol: 'https:', hostname: 'city.example' }
  it('goes where the page came from, phones by a path of their own', () => {
    expect(whereTo('/console', 8081, page)).toEqual({ url: '/console', path: '/socket.io' })
    expect(whereTo('/field', null, page)).toEqual({ url: '/field', path: '/phones/socket.io' })
  })
  it('goes to the port that the server named, when phones have one', () => {
    expect(whereTo('/field', 8081, page)).toEqual({ url: 'https://city.example:8081/field', path: '/phones/socket.io' })
  })
})
