import { describe, expect, it } from 'vitest'
import { noticeOf } from '../field/notices'

describe('what a locked phone says', () => {
  it('asks for an answer only while one counts', () => {
    const offer = { template: 'offer', assignment: 'a', expires_at_ms: 2000 }
    expect(noticeOf(offer, 'zh-CN', 1000)).toMatchObject({ title: '暖灯:有人需要帮助', action: '查看并回答' })
    expect(noticeOf(offer, 'zh-CN', 2000)).toMatchObject({ title: '暖灯:这件事已问下一人', action: '打开' })
  })
  it('never calls a recall a cry for help', () => {
    for (const template of ['recall', 'not_needed', 'clear_nudge', 'something_new']) {
      expect(noticeOf({ template }, 'zh-CN', 0).title).not.toContain('需要帮助')
      expect(noticeOf({ template }, 'en-GB', 0).title).not.toMatch(/[\u4e00-\u9fff]|needs help/)
    }
  })
  it('passes on what a plan says to everybody', () => {
    expect(noticeOf({ template: 'call_up', message: '寒潮橙色预案启动' }, 'zh-CN', 0).body).toBe('寒潮橙色预案启动')
  })
})
