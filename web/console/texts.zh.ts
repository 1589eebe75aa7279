/** The console's sentences in Chinese. */
export const zh = {
  brand: '暖灯', service: '街面救助', demo: '演示城市', demo_tip: '这里的人、车和画面大多是模拟的;模拟的都标出来', close: '关闭', back: '返回', again: '再试', code: '代码',
  room: { command: '指挥', patrol: '巡查', cases: '案件', forces: '力量', plans: '预案', replay: '回放' },
  weekday: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  unit: { min: '分', km: 'km', people: '人', h: 'h' },
  lamp: { lit: '要动手', out: '有人在办', over: '已超时' },
  top: {
    me: '(我)', rooms: '六个房间', nobody: '—', operators: '值班员', coverage: '摄像机覆盖', sound: '提示音', sound_on: '开', sound_off: '已关', sound_locked: '点一下开',
    sound_until: '{at} 自动恢复', sound_tip: '关 10 分钟后自动恢复;超时的声音关不掉', connecting: '连接中', link: '连接', lost: '已断线', delayed: '延迟', live: '实时',
    ago: '{age}前', heard: '连接正常', away: '{n} 处后台不通', night: '夜班', day: '白班', menu: '设置与账号',
  },
  menu: { day: '日间配色', night: '夜间配色', keys_off: '关掉单键操作', keys_on: '打开单键操作', help: '全部按键', wall: '大屏', leave: '退出登录' },
  plan: {
    none: '无生效预警', everyday: '按平日设置运行:巡查 {patrol} 分,停留 {dwell} 分,派单 {near} / {far} km。', until: '{at} 到期', by_hand: '手工启用', counties: '{n} / {all} 县区',
    patrol: '巡查', dwell: '停留', radii: '派单', uplift: '紧急度', points: '救助点', called: '应召', revisit: '回访', auto: '派遣', up_by: '上调 {n} 级', all_points: '全部开放',
    auto_on: '自动', auto_off: '人工',
  },
  lost: {
    title: '连接中断 {age}', text: '画面停在 {at}。这里看不到新事件,派遣不会送出。', trying: '正在第 {n} 次重连。', next: '第 {n} 次重连,{s} 秒后。', phone: '改用电话派单', retry: '立即重连',
  },
  notes: { title: '断线时记了 {n} 条手工派遣', send: '送出这一条', drop: '不送', by_hand: '[断线时手工记录 {at}]' },
  age: {
    stopped: '停在 {at} · {age}前', room: '{county} 数据旧 · {age}前,其余照常', positions: '位置停在 {at}', oldest: '最旧的位置 {age}前', detail: '详情停在 {at} · 余时按本机时钟推算',
  },
  patrol: {
    strip: '巡查', title: '自动巡看', seen: '{n} / {all} 路在看', cadence: '每 {n} 分一遍', last_blind: '最近失明', all_seen: '全部在看', recorded: '其中 {n} 路为录制检测', open: '看摄像机',
  },
  queue: {
    title: '队列', whole_city: '全市', counties: '{n} 个县区', order: '先急后缓,余时少在上', find: '查找编号或地点', hand: '要动手', in_hand: '有人在办', breached: '超时 {n}', very: '特急 {n}',
    next_mark: '最近 50 % 提醒 {at}', all_on_time: '全部按时', some_late: '有超时', new: '{n} 条新', new_held: ',指针移开后并入', merge: '现在并入', taken: '已离开这里:{what}', wakes: '醒 {at}',
    escalated: ',已报班长', answering: '应答中 {n}/{all}', eta: '预计 {n} 分', none_found: '没有找到', none_found_more: '换编号的后几位,或地点里的字。已结案的在「案件」里查。',
  },
  calm: {
    title: '没有等你动手的事', last: '上一件 {at} {what}。', next: '新事件会在这里亮灯。', upcoming: '接下来', so_far: '本班到此刻', choose: '选中队列或地图上的事件,详情在这里。', reported: '事件上报',
    resolved: '已有结果', sheltered: '入站 · 寻亲返家', supplies: '留置物资', refused: '拒绝或未见,已排回访', arrival: '到场中位', minutes: '{n} 分', assets: '设备与人',
    cameras: '摄像机,{n} 路不可用', points: '救助点,开放 {open},床位余 {beds}', volunteers: '志愿者在岗;名册连车辆共 {all}', vehicles: '车辆在岗', recent: '刚刚', nothing_yet: '本班还没有动静。',
  },
  upcoming: { wake: '挂起的事件醒来', wake_more: '到时自动回到「要动手」', plan_end: '预案到期', plan_end_more: '到时自动恢复平日设置,无需操作', limit: '时限', limit_more: '' },
  loading: { queue: '正在读取队列 · 第 {s} 秒' },
  incident: {
    panel: '事件', people: '{n} 人,{posture}', minor: '未成年人', incapable: '不能自主决定', uplifted: '预案上调 {from} → {to}', needs: '需要 {skills}', revisit_of: '回访',
    told: '已报', then_tell: '到时报', ended: '这件事已经结束:{state}。详情停在最后一刻。', said: '来报说',
  },
  picture: { masked: '脸已遮 · 看原图须写事由', alt: '{camera} 的画面,人脸已遮', away: '画面暂时取不到', by_hand: '现场照片' },
  timeline: { title: '经过', all: '全部 {n} 条', less: '收起' },
  event: {
    IncidentReported: '上报', IncidentReportedAgain: '再次上报', SightingOpened: '发现', SightingAttached: '又看到', SightingEnded: '画面里已不见', IncidentReceived: '受理', IncidentFiled: '立案',
    IncidentRejected: '不予受理', IncidentMerged: '并案', IncidentHeld: '挂起', IncidentWoken: '醒来', IncidentCancelled: '撤销', UrgencyChanged: '改紧急度', IncidentDispatched: '派遣',
    WaveStarted: '发出询问', WaveEmpty: '这一波没有人', WavesExhausted: '各波已问完', QuotaFilled: '人数已够', IncidentStarted: '开始处置', IncidentReturned: '退回待派', IncidentEscalated: '已报班长',
    ClockAlerted: '时限提醒', IncidentFedBack: '反馈', FeedbackAdded: '补充反馈', RevisitPlanned: '已排回访', RevisitOpened: '回访立案', IncidentVerified: '核查', VerificationFailed: '核查退回',
    IncidentClosed: '结案', IncidentReopened: '重开', IncidentArchived: '归档', NoteAdded: '备注', EvidenceOpened: '打开原图', field_read: '查看{field}', AssignmentPlanned: '排队', OfferMade: '询问', OfferAccepted: '接受',
    OfferDeclined: '婉拒', StandbyTaken: '候补', OfferNotNeeded: '不需要', OfferExpired: '未答', AssignmentRecalled: '召回', AssignmentMoved: '进展', AssignmentAborted: '中止',
    CheckedIn: '签到', CheckInMissed: '未签到', BedConfirmed: '床位确认', DeliveryRecorded: '送达',
    other: '变更', IncidentTookOver: '并入一件', AssignmentChased: '催问', BedReleased: '床位放回', BedsSet: '床位更新', SosRaised: 'SOS 求助', SosEnded: 'SOS 解除', DutyChanged: '在岗变更', ReturnStarted: '开始返回', ReturnEnded: '已返回', ContactNoted: '联络变更',
    CameraHealthChanged: '摄像机状态', UnitsRegistered: '力量登记', CamerasRegistered: '摄像机登记', PointsRegistered: '救助点登记', AccountsRegistered: '账号登记', CheckpointRecorded: '日志检查点', PersonErased: '个人信息销毁', PlansConfigured: '预案配置', WarningNoted: '收到预警', WarningTookEffect: '预警生效',
    WarningEnded: '预警结束', PlanActivated: '预案启用', PlanChanged: '预案调整', PlanReverted: '恢复平日设置', PlanOverridden: '手工启停预案', OverrideEnded: '手工启停到期', CommandRejected: '命令未被接受', EffectOwed: '待送出', EffectRecorded: '送出结果', EffectWithdrawn: '不再送出',
  },
  fact: {
    before: '原 {n}', pictures: '{n} 张照片', missed: '第 {n} 次', wave: '第 {n} 波', asked: '问 {n} 人', people: '{n} 人', quota: '需 {n} 人', percent: '{n} %', number: '{n}', radius_m: '{n} 米', dwell_s: '停 {n} 秒', by_plan: '按预案', by_itself: '自动', people_helped: '帮到 {n} 人',
    promoted: '候补转正', dropped: '已不空闲 {n}',
  },
  reason: { nearest: '最近', has_skill: '有技能', location_fresh: '位置新', location_stale: '位置过期', loaded: '较疲劳', rested: '不疲劳', never_asked: '还没问过', often_accepts: '常接受', seldom_accepts: '少接受', returning: '返回途中', lost_contact: '失联', better_elsewhere: '更合适的人已派给另一起' },
  who: {
    title: '派谁', going: '谁在去', need: '需 {quota} 人', found: '问 {wanted} 得 {found}', short: '缺 {n}', have: '有 {n}', wave: '第 {n} 波', vehicles: '车辆,必答', later: '前波无人满额时自动问', minutes: '分钟', skill: '技能',
    tired: '疲劳 h', takes: '接受', must: '必答', fix_age: '位置 {n} 分前', gone: '已不可派:{why}', nobody: '附近没有可派的人。', nobody_act: '电话叫人', more: '另有 {n} 人', after_filing: '立案后给出建议。', none_asked: '还没有问任何人。',
    next_in: '第 {n} 波 {s} 秒后自动问',
  },
  act: {
    receive: '受理', file_open: '立案…', file: '立案', dispatch: '派遣', dispatch_n: '派遣第 {wave} 波 · {n} 人', dispatch_none: '先勾选要派的人', wake: '提前唤醒', verify: '核查', close: '结案', reopen: '重开',
    feedback: '代报结果', phone: '电话', call_phone_supervisor: '无人应答,电话叫人', call_chase_departure: '未出发,电话催问', call_chase_arrival: '途中逾时,电话催问', call_chase_check_in: '未签到,电话催问',
    call_overdue: '已超限,电话督办', offline: '断线中,派遣不会送出', sending: '正在送出…', changed: '情况有变,看一眼', transfer: '转办', merge: '并案', more: '更多', phone_card: '打开电话派单卡', hand_note: '记手工派遣',
    answer: '代答', answer_tip: '替电话里答复的人记下', recall: '召回', hold: '挂起', urgency: '改紧急度', note: '备注', cancel: '撤销', cancel_final: '确认撤销,召回 {n} 份请求', reject: '不予受理', original: '打开原图', personal: '查看报告人',
    accepts: '接受', declines: '婉拒', verify_yes: '核查通过', verify_no: '退回重办',
  },
  problem_next: { others: '换一批人', look: '看最新情况', again: '可以再按一次,不会办两遍。', nothing: '其余没有变。' },
  problem_title: '没有{what}成功',
  sheet: {
    file: '立案', reject: '不予受理', merge: '并案', hold: '挂起', cancel: '撤销', urgency: '改紧急度', note: '备注', phone: '电话派单卡', more: '更多', transfer: '转办', original: '看原图', personal: '报告人与特征', feedback: '代报结果',
    verify: '核查', reopen: '重开', answer: '代答', recall: '召回',
  },
  sheet_more: {
    reject: '写明理由,留在日志里。', hold: '离开「要动手」,到时自己醒来;事件的总时限照走。', urgency: '已定的时限只会提前,不会推后。', note: '只有能看这件事的人看得到。', feedback: '替现场的人报结果。', reopen: '回到待派遣。',
    cancel: '召回所有已发出的请求。到场后不能撤销。', original: '每次打开都会记入日志。', personal: '谁报的、说了什么样子。每次查看都会记入日志。', recall: '告诉对方不用去了。', answer: '{who} 在电话、电台里或当面答复了:', phone: '按顺序打,答复用「代答」记下。',
    phone_offline: '断线时的本地副本。派出后请用「记手工派遣」记下,恢复后由你确认送出。',
  },
  form: {
    urgency: '紧急度', quota: '要去几人', needs: '需要的技能', person: '这个人', minor_rule: '未成年人或不能自主决定的人,不能以「拒绝受助」办结。', reason: '理由', reason_optional: '说明(可不填)', note: '内容', into: '并到哪一件',
    nothing_to_merge: '本县区没有别的未结事件。', wake: '什么时候醒', in_30: '半小时', in_60: '1 小时', in_120: '2 小时', channel: '怎么答复的', disposition: '结果', revisit_rule: '系统会自动排回访。', point: '送到',
    helped: '帮到几人', field: '看什么',
  },
  personal: { read: '查看', reporter: '报告人', description: '特征', none: '这件事没有留下这一项。' },
  quick: { r1: '画面里不是人', r2: '不属本职,已告知', r3: '重复上报', c1: '人已离开', c2: '误报', k1: '人已够', k2: '另有更近的人', o1: '辨认走失人员', o2: '公安协查', m1: '同一个人' },
  not_allowed: {
    area: '{county} 的事,你看得到,不能动。请 {county} 值班员协同。', role: '{role}只能看,不能动。请值班员操作。', supervisor: '这一步要值班长。', verifier: '等核查员核查,经办人不能自己核查。', own_case: '你经办过这件事,须由别人核查。',
    original: '看原图要值班长或核查员,并写明事由。', personal: '查看报告人要值班长或核查员,并写明事由。',
  },
  not_now: { hold: '立案后、派遣前才能挂起。', reject: '受理后、立案前才能不予受理。', feedback: '有人到场后才能报结果。', reopen: '结案后才能重开。', cancel: '已到场,不能撤销。', over: '这件事已经结束。' },
  not_built: { transfer: '这一版还不能在系统里转办。', transfer_more: '请电话联系协办单位,并用备注记下:转给谁、几点、谁接的。事件仍在你这里计时。' },
  phone: { sealed: '号码未开放', nobody: '这件事还没有要联系的人。', then: '号码只对正在办这件事的值班员开放,查看会留痕。' },
  map: {
    drawing: '正在取县界,事件照常显示。',
    label: '地图', zoom: '范围', city: '全市', county: '县区', scene: '现场', choose_first: '先选一件事', outside: '视野外:{place}', no_borders: '县界取不到,地图只有点。', no_map: '这台机器画不出地图(WebGL 不可用),队列照常。',
  },
  county: { county: '县区', hand: '要动手', in_hand: '在办', duty: '在岗', beds: '余床' },
  legend: { hand: '要动手', in_hand: '有人在办', volunteers: '志愿者', vehicles: '车辆', open: '开放救助点', closed: '未开放', cameras: '摄像机', blind: '不可用' },
  lens: { title: '现场', wave: '第 {n} 波范围', no_radius: '车辆,无半径', plan: '预案 {from} → {to}' },
  keys: {
    title: '全部按键', off: '单键操作已关', row: '上一行 / 下一行', open: '打开', space: '勾选', tick: '勾选第 n 人', dispatch: '派遣', receive: '受理', file: '立案', reject: '不予受理', transfer: '转办', merge: '并案',
    hold: '挂起(值班长)', phone: '电话', more: '更多', new: '并入新行', find: '查找', room: '去第 n 个房间', cameras: '看摄像机', zoom: '全市 / 县区 / 现场', region: '换区域', retry: '立即重连', back: '返回', help: '这一页',
  },
  login: { title: '登录', user: '用户名', password: '密码', go: '进入', checking: '正在核对…', wall: '只看大屏也要登录。', demo: '没有账号请找管理员。演示城市的账号写在数据目录的 demo-accounts.json。', wait: '{s} 秒后可以再试。' },
  rooms: {
    search: '查找', count: '已列 {n} 条', more: '再取一页', loading: '正在读取…', none: '没有符合的。', county: '县区', all_counties: '全部县区', state: '状态', all_states: '全部状态', name: '名称', since: '起', reason: '原因',
    owner: '来源', recorded: '录制检测', live: '实时', number: '编号', place: '地点', urgency: '紧急度', source: '来源', reported: '上报', result: '结果', unit: '单位', kind: '类别', skills: '技能', load: '疲劳 h', accept: '接受',
    on_duty: '只看在岗', task: '任务', open_case: '在指挥里打开', beds: '余床', points: '救助点', station: '救助站', point_open: '开放', point_closed: '未开放', people: '力量', heading: '朝向', protocol: '接入',
    cameras_note: '失明的不计入覆盖。「录制检测」的画面不是现场:检测结果是录好重放的。', forces_note: '名册在服务器上分页取;姓名遮盖,号码只在派单时开放。', duty_label: '在岗', stale: '位置过期', lost_contact: '失联', sos: 'SOS',
    photo: '画面', here: '在本机',
  },
  plans: {
    active: '正在生效', none: '没有生效的预案。', settings: '现在的设置', everyday: '平日', now: '现在', setting: '设置', by_warning: '预警 {id}', by_hand: '手工', configured: '已配置的预案', level: '级别', hazard: '灾种', started: '启用', ends: '到期',
    enable: '手工启用', disable: '手工结束', reason: '理由', confirm: '确认', supervisor_only: '手工启用或结束预案要值班长。', message: '发给志愿者的话', headline: '预警', patrol_cadence_min: '巡查间隔', dwell_threshold_s: '停留判据', urgency_uplift: '紧急度上调',
    offer_radii_m: '派单半径', open_points: '开放救助点', call_up: '应召人数', revisit_h: '回访间隔', auto_dispatch: '自动派遣', yes: '是', no: '否', all: '全部', done: '已送出,生效后这里会变。',
  },
  replay: {
    title: '日志', note: '日志本身就是记录:每条提交带前一条的哈希,改动一个字节都会被发现。', digest: '当前状态的摘要', offsets: '到各分区的位置', auditor: '读日志和摘要要审计员账号。你是{role}。', auditor_more: '在服务器上可以用 nuandeng replay 与 nuandeng audit verify 核对,不需要这个页面。',
    sequence: '序号', at: '时间', actor: '谁', events: '事件', load: '读取', older: '更早', newer: '更新', copy: '核对命令', jurisdiction: '辖区', moment: '在服务器上看某一刻:nuandeng replay --until。',
  },
  past: {
    word: '回放', title: '看某一刻', note: '指挥台在那一刻的样子:队列、地图、案情、当时的时钟。从日志重新推出,只能看。', incident: '案件', no_incident: '不选案件', minute: '到这一分钟', show: '看这一刻', reading: '正在读日志…',
    read_only: '只能看,不能派', look: '只能看', slider: '日志里的提交', of: '第 {n} / {all} 条', back: '上一条提交', on: '下一条提交', speed: '速度', pause: '停', leave: '回到现在', not_live: '不是现在', known: '当时还知道',
    forces: '本县在岗志愿者 {volunteers} · 车辆 {vehicles} · 余床 {beds} · 摄像机不可用 {blind}', unanswered: '还没有答复 {n} 人 · 失联或位置过旧 {lost} 人', last_heard: '本案最后一条 {at}', not_in_log: '人员位置和推荐名单不入日志,这里不显示。',
  },
  wall: {
    hand: '要动手', breached: '超时 {n}', in_hand: '有人在办', closed: '今日已办', coverage: '摄像机覆盖 · {n} 路不可用', coverage_all: '摄像机覆盖', volunteers: '志愿者在岗', beds: '余床', most: '最急的在最上', total: '共 {n}', people: '{n} 人',
    number: '数字 = 志愿者在岗', supervisor: '值班长 {name}', live: '实时', no_picture: '无画面\n不计入覆盖', off_for: '{why} {age}', calm: '没有等人动手的事', overdue: '超时', waiting: '等待画面', stale: '画面停在 {at}',
  },
}
export type Texts = typeof zh
