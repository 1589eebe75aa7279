/** The volunteer's page in Chinese: short, said to one person. */
export const zh = {
  brand: '暖灯', back: '返回', cancel: '取消', again: '再试', code: '代码', send: '送出',
  login: { title: '志愿者登录', user: '用户名', password: '密码', go: '进入', checking: '正在核对…', not_you: '这个账号不是志愿者账号,请用指挥页面。', wait: '{s} 秒后可以再试。' },
  home: {
    hello: '{name},辛苦了', hello_night: '{name},夜里辛苦了', on: '在岗', off: '离岗', on_since: '在岗从 {at} 起 · 只在在岗时上报位置', off_note: '离岗时不上报位置,也不会收到请求', busy: '有任务在手,办结后才能离岗', today: '最近 24 小时', hours: '小时出勤',
    takes: '近 20 次接受', none: '还没有', skills: '我会的', no_skills: '未登记技能', rest: '连续在岗满 4 小时会提醒休息', decline_free: '婉拒不扣分,不影响以后的请求', no_task: '现在没有请求', no_task_more: '有人需要帮助时,这里会响。手机可以锁屏。', state: '状态', resting: '休息到 {at}',
  },
  fix: { seconds: '位置 {n} 秒前', none: '没有位置', denied: '没有定位权限', off: '离岗不上报位置' },
  tab: { home: '首页', task: '任务', mine: '我的' },
  offer: {
    answer_in: '请在时限内回答', then_next: '不答将问下一人', must: '这次必须回答', asked_at: '询问 {at}', distance: '距离', walk: '到达', together: '一共去', people_unit: '{n} 人', minutes: '{n} 分', metres: '{n} 米', km: '{n} 公里', needs_you: '用到你的:{skills}', minor: '可能是未成年人',
    seen: '{n} 人,{posture},请去看一看', approx: '接受后显示确切位置', accept: '接受', decline: '婉拒', why: '为什么不方便?', why_note: '婉拒不扣分。说一声,好让我们找下一个人。', over: '时限已到,已问下一人', sending: '正在送出…',
    d1: '离得太远', d2: '手上有事', d3: '身体不适', d4: '没有这项技能', d5: '不方便说',
  },
  task: {
    none: '没有任务', none_more: '接受请求后,这里一步一步带你办。', together: '同去 {n} 人', check_in: '{at} 前签到', late: '已过签到时间', s1: '接受', s2: '途中', s3: '到场', s4: '接触', s5: '办结', navigate: '导航', operator: '值班员', photo: '拍照', checkin: '签到', cannot: '去不了', not_found: '没找到人',
    sos: '长按 SOS', sos_hold: '按住 1 秒', sos_sent: '已求助,值班长已收到', depart: '出发', arrived: '我到了', contacted: '找到人了', transport: '送往救助点', result: '报结果并办结', at_facility: '到救助点了', standby: '候补:先到的人如果去不了,会请你去', clear: '办结', where_to: '送到哪里', beds: '余床 {n}',
    why_cannot: '为什么去不了?', photos: '已拍 {n} 张,随结果一起交', uploading: '正在传照片…', recalled: '这件事不用去了', recalled_more: '谢谢你。已经有人到了,或者事情有变。', taken: '这次不用你去了', taken_more: '谢谢你在岗。已经有人去了,或者事情有变。', missed: '时限已到,已问下一人', missed_more: '没关系,不扣分。有新的请求会再响。', given_up: '好的,已经告诉值班员', given_up_more: '会请别人去。路上小心。', done: '办好了,谢谢你', done_more: '如果方便,可以继续在岗。', ok: '知道了', waiting: '等网络恢复', call_note: '值班员会打电话给你。紧急时请按住 SOS,或拨 110 / 120。',
    a1: '车坏了', a2: '身体不适', a3: '路不通', a4: '不安全',
  },
  result: { title: '结果怎样?', people: '帮到几人', note: '补充(可不填)', rule: '未成年人或不能自主决定的人,不能报「拒绝受助」。', revisit: '系统会自动安排回访。', point: '送到' },
  nav: { title: '用哪个地图?', amap: '高德地图', tencent: '腾讯地图', apple: '苹果地图', geo: '手机里的地图', note: '高德和腾讯用的坐标系不同,已换算。' },
  out: { photo: '照片', title: '有 {n} 件没有送出', now: '正在再试…', next: '{s} 秒后再试。', offline: '送出前都不算数,新的请求也收不到。', answer: '回答', move: '进展', duty: '到岗离岗', checkin: '签到', result: '结果', sos: '求助', retry: '现在再试', drop: '不送了', refused: '没有成功:{what}' },
  link: { lost: '断线 {age}。新的请求收不到,会自动再连。', retry: '立即重连' },
  mine: { push_on: '锁屏提醒已打开', push_off: '打开锁屏提醒', push_note: '手机锁屏、页面关着,也会响。', push_denied: '浏览器不许提醒。请在系统设置里允许「暖灯」通知。', push_none: '这个浏览器收不到锁屏提醒。请保持页面打开,或装到桌面后再试。', install: '装到桌面', install_note: '装好后像应用一样打开,锁屏也能响。', language: 'English', leave: '退出登录', sound: '试听铃声', who: '账号', busy: '正在登记…', failed: '没有登记成功' },
}
export type FieldTexts = typeof zh
