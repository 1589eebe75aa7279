/** The field's terms in Chinese: labels of every closed vocabulary in contracts/terms.py. */
export const zh = {
  urgency: { very_urgent: '特急', urgent: '急', routine: '一般' },
  urgency_tag: { very_urgent: '特急', urgent: '急', routine: '一般' },
  urgency_mark: { very_urgent: '特', urgent: '急', routine: '般' },
  incident_state: {
    reported: '已上报', received: '已受理', filed: '已立案', on_hold: '挂起', dispatched: '已派遣', in_progress: '处置中', feedback: '已反馈',
    verified: '已核查', closed: '已结案', rejected: '不予受理', merged: '已并案', cancelled: '已撤销',
  },
  assignment_state: {
    planned: '排队', offered: '应答中', standby: '候补', accepted: '已接受', en_route: '途中', on_scene: '到场', contacted: '已接触',
    not_found: '未找到', transporting: '送站途中', at_facility: '已到站', cleared: '办结', declined: '婉拒', expired: '未答', recalled: '已召回',
    not_needed: '不需要', aborted: '中止',
  },
  unit_state: {
    off_duty: '离岗', available: '在岗', on_patrol: '巡逻', on_break: '休息', out_of_service: '停用', reserved: '已询问', committed: '在办', returning: '返回',
  },
  unit_kind: { volunteer: '志愿者', vehicle: '车辆', patrol: '巡逻组', point: '救助点' },
  skill: { first_aid: '急救', psychology: '心理', dialect: '方言', medical: '医护', stretcher: '担架', hot_meal: '热食' },
  disposition: {
    sheltered: '入站', medical: '送医', family_reunited: '寻亲返家', returned_home: '护送返乡', supplies_left: '留置物资', refused: '拒绝受助',
    not_found: '未发现', unfounded: '不属实',
  },
  source: { camera: '视频巡查', case_feed: '城管案件', hotline: '12345 热线', public: '码上救', patrol: '街面巡逻', revisit: '回访' },
  posture: { upright: '站立', lying: '躺卧', sitting: '坐卧', unknown: '姿态不明' },
  channel: { app: '应用', web_push: '推送', sms: '短信', phone: '电话', radio: '电台', in_person: '当面' },
  delivery: { sent: '已发', delivered: '已送达', seen: '已看', failed: '未送达' },
  hazard: {
    cold_wave: '寒潮', blizzard: '暴雪', icy_road: '道路结冰', rainstorm: '暴雨', heat: '高温', gale: '大风', typhoon: '台风', thunderstorm: '雷电',
    fog: '大雾', haze: '霾', sandstorm: '沙尘暴', hail: '冰雹', frost: '霜冻', drought: '干旱', other: '其他',
  },
  level: { blue: '蓝色 IV 级', yellow: '黄色 III 级', orange: '橙色 II 级', red: '红色 I 级' },
  camera_status: { watched: '在看', unwatched: '不可用', offline: '断线', unknown: '未知' },
  camera_reason: { too_dark: '过暗', black: '黑屏', frozen: '画面停滞', blurred: '模糊', covered: '遮挡', offline: '断线', no_packets: '无数据', garbage: '数据错', too_bright: '过亮', noisy: '噪声' },
  owner: { police: '公安', urban_management: '城管', data_bureau: '大数据局' },
  shortfall: { outside_radius: '超出半径', location_stale: '位置过期', resting: '休息中', no_skill: '无技能', off_duty: '未值班', busy: '在办' },
  clock: {
    receive: '受理时限', file: '立案时限', dispatch: '派遣时限', limit: '办结时限', offer_window: '应答时限', next_wave: '下一波', depart_nudge: '出发提醒',
    depart: '出发时限', arrive: '到场时限', check_in: '签到时限', clear: '办结提醒', bed_hold: '留床', verify: '核查时限', close: '结案时限', wake: '唤醒',
    revisit: '回访', archive: '归档', break: '休息', return: '返回', warning_start: '预警生效', warning_expiry: '预警到期', sighting_expiry: '发现到期',
  },
  asked: {
    receive: '待受理', file: '待立案', dispatch: '待派遣', phone_supervisor: '无人应答,请电话', chase_departure: '未出发,催问', chase_arrival: '途中逾时,催问',
    chase_check_in: '未签到,催问', overdue: '已超限,督办', verify: '待核查', close: '待结案', feedback: '待补结果',
  },
  role: {
    public: '公众', operator: '值班员', supervisor: '值班长', responder: '志愿者', station: '救助站', agency: '协办单位', verifier: '核查员',
    auditor: '审计员', admin: '管理员', system: '系统',
  },
  simulated: '模拟',
  simulated_tip: '演示城市里模拟的人或事,不是真的',
  problem: {
    unreachable: '连不上服务器,没有送出。', unknown_yet: '还不知道结果。可以再送一次,不会办两遍。', bad_credentials: '用户名或密码不对。',
    throttled: '试得太多,请过一会儿。', no_session: '登录已失效,请重新登录。', not_your_role: '你的岗位不能做这件事。', not_your_area: '不在你的辖区。',
    too_large: '文件太大。', unreadable: '内容读不出来。', invalid: '填写有误。', idempotency_key_reused: '同一请求编号用过了。',
    store_away: '后台暂时不可用,什么都没有改。', not_yet: '读数还没跟上,请再试。', refused: '没有被接受。', too_old: '请求太旧。',
    changed_since: '事件已经变了,请看一眼再做。', wrong_state: '事件已不在这一步。', not_your_unit: '不是你的任务。', unknown_point: '没有这个救助点。', unknown_assignment: '这个任务不在了。', offer_gone: '询问已经失效。', quota_filled: '人数已够。', nobody_free: '选中的人都不空闲了。', unit_busy: '这个人手上有事。', wake_time_wrong: '醒来的时间不对。', reason_missing: '要写理由。', minor_cannot_refuse: '未成年人或不能自主决定的人,不能以「拒绝受助」办结。', merge_target_wrong: '不能并到那一件。', handled_it: '经办人不能自己核查。', already_answered: '已经答复过了。', duty_wrong: '现在不能这样改在岗状态。', unknown_unit: '没有这个单位。', unknown_plan: '没有这个预案。', unknown_incident: '没有这件事。', quota_wrong: '人数不对。', not_found: '没有找到。',
    unknown_camera: '没有这台摄像机。', not_owed: '已经没有人在等这一步。', beds_wrong: '余床数不对,要在 0 和总床数之间。', times_wrong: '时间自相矛盾,或离现在太远。请校准时钟再送。', place_wrong: '地点不在地面上,或属于别的辖区。', settings_wrong: '预案里有一项设置超出范围。', out_of_range: '数太大或太小,请改正。', too_many: '一次送得太多,请分批(每批 500 条以内)。', only_in_city: '账号由市级管理。', wrong_jurisdiction: '这件事属于别的辖区。', unknown_warning: '没有这条生效的预警,可能已经结束。', warning_over: '这条预警已经结束。', key_reused: '同一请求编号用过了。', internal: '平台没能处理,已留底。请把时间告诉管理员。', csrf: '页面太旧,请刷新后再做。', method_not_allowed: '这里不能这样做。', bad_signature: '对方系统的签名不对。', key_destroyed: '这份资料已按规定销毁,打不开了。',
  },
}
export type Words = typeof zh
