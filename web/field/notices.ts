/** What a locked phone says. A push brings a code and nothing personal; the words are here, in both languages. */
export interface PushMessage {
  template?: string
  assignment?: string
  expires_at_ms?: number | null
  /** Of a call-up: what the plan says to everybody. */
  message?: string
}
export interface Notice {
  title: string
  body: string
  action: string
  lang: 'zh-CN' | 'en'
}

const ZH: Record<string, [string, string]> = {
  offer: ['暖灯:有人需要帮助', '请在时限内回答。婉拒不扣分。'],
  late: ['暖灯:这件事已问下一人', '时限已到,不用回答。'],
  recall: ['暖灯:这件事不用去了', '谢谢你。已经有人到了,或者事情有变。'],
  not_needed: ['暖灯:人数已够', '谢谢你愿意去,这次不用了。'],
  promoted: ['暖灯:请你去', '先答应的人去不了,轮到候补的你。'],
  check_in: ['暖灯:请签到', '点一下,让值班员知道你平安。'],
  depart_nudge: ['暖灯:出发了吗?', '去不了也没关系,说一声就好。'],
  clear_nudge: ['暖灯:办结了吗?', '请报一下结果。'],
  call_up: ['暖灯:恶劣天气,请到岗', ''],
}
const EN: Record<string, [string, string]> = {
  offer: ['Nuandeng: somebody needs help', 'Please answer in time. Declining costs nothing.'],
  late: ['Nuandeng: the next person was asked', 'Time ran out; no answer is needed.'],
  recall: ['Nuandeng: no need to go', 'Thank you. Somebody got there, or things changed.'],
  not_needed: ['Nuandeng: enough people go', 'Thank you for being willing. Not this time.'],
  promoted: ['Nuandeng: please go', 'Who accepted before you cannot; you are next.'],
  check_in: ['Nuandeng: please check in', 'One tap tells the operator that you are all right.'],
  depart_nudge: ['Nuandeng: on your way?', 'If you cannot go, just say so.'],
  clear_nudge: ['Nuandeng: done?', 'Please report the result.'],
  call_up: ['Nuandeng: harsh weather, please go on duty', ''],
}

/** The words for a push. A code that is new to us says that something waits, and no more. */
export function noticeOf(message: PushMessage, language: string, now_ms: number): Notice {
  const english = language.toLowerCase().startsWith('en')
  const late = message.template === 'offer' && message.expires_at_ms != null && message.expires_at_ms <= now_ms
  const words = (english ? EN : ZH)[late ? 'late' : (message.template ?? '')] ?? (english ? ['Nuandeng', 'Something waits for you.'] : ['暖灯', '有一件事在等你。'])
  const answer = message.template === 'offer' && !late
  return {
    title: words[0], body: words[1] || (message.message ?? ''), lang: english ? 'en' : 'zh-CN',
    action: english ? (answer ? 'Look and answer' : 'Open') : answer ? '查看并回答' : '打开',
  }
}
