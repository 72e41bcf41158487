import { T } from '../types.ts';
import { W, type Word } from './flags.ts';

const lists: readonly (readonly [flags: number, type: number, words: string])[] = [
  [
    W.NAME_LABEL | W.STOP,
    0,
    '姓名 患者姓名 病人姓名 患儿姓名 产妇姓名 受检者姓名 受检者 受检人 被检者 患者名 名字 真实姓名 曾用名 又名 别名 小名 乳名 联系人 联系人姓名 紧急联系人 第一联系人 家属姓名 监护人姓名 监护人 法定代理人 代理人 委托人 被委托人 受托人 签名 签字 家属签名 家属签字 患者签名 患者签字 医师签名 医生签名 医师签字 医生签字 护士签名 本人签名 签名人 签字人 签署人 署名 记录者 记录人 记录医师 记录医生 记录护士 报告者 报告人 报告医师 报告医生 审核者 审核人 审核医师 审核医生 审签 复核者 复核人 检查者 检查医师 检查医生 诊断医师 诊断医生 检验者 检验员 检验师 检验医师 核对者 核对人 操作者 操作医师 操作医生 执行者 执行人 执行护士 手术者 术者 主刀 主刀医师 主刀医生 一助 二助 三助 第一助手 第二助手 手术助手 麻醉师 麻醉医师 麻醉医生 麻醉者 巡回护士 洗手护士 器械护士 责任护士 责护 管床护士 值班护士 主管护士 接诊护士 分诊护士 交班者 接班者 交班护士 接班护士 交班医师 接班医师 主治医师 主治医生 主管医师 主管医生 经治医师 经治医生 管床医师 管床医生 住院医师 住院医生 值班医师 值班医生 首诊医师 首诊医生 接诊医师 接诊医生 会诊医师 会诊医生 申请医师 申请医生 开单医师 开单医生 开嘱医师 送检医师 送检医生 上级医师 上级医生 科主任 主持人 汇报人 参加人员 参加者 陪同人员 陪护人 陪护人员 病史陈述者 陈述者 供史者 病史提供者 户主 收件人 持卡人 开户人 户名 账户名 投保人 被保险人 经办人 报销人 填表人 填报人 登记人 咨询者 来电者 致电者 随访者 随访人 随访护士 随访医师 质控医师 质控护士 签发 签发者 签发人 签发医师 随访员 操作员 记录员 督导员 核发者 终审者 初审者 登记员 收费员 调度员 报告护士 采血护士 采血员 输血者 巡视护士 当班护士 当班医生 当班医师 值班人员 值班者 夜班护士 白班护士 中班护士 晚班护士 主班护士 治疗护士 办公护士 带班护士 质控员 收件者 受种者 献血者 受血者 投诉人 来访人 肇事司机 目击者 知情人 患者母亲姓名 患者父亲姓名 儿童姓名 学生姓名 员工姓名 职工姓名 本人姓名 亲属姓名 医生姓名 医师姓名 护士姓名 术者姓名 手术医生 手术医师 检查技师 摄片技师 操作技师 技师签名 诊断者 诊断医生签名 审核医师签名 报告医师签名 医嘱医师 停嘱医师 停嘱护士 执行人签名 首次接诊医师 患者名字 带教老师 责任医师 责任医生 家庭医生 签约医生 主诊医师 主诊医生 书写医师 书写者 书写人 修改医师 阅片医师 阅片者 初诊医师 取材医师 取材者 采血者 采样者 采样人 谈话医师 谈话者 告知者 告知医师 告知人 抢救人员 参加抢救人员 手术人员 缝合医师 接生者 接产者 助产士 术者签名 见证人 公证人 负责人 法人 法定代表人 研究者 受试者 受试者姓名 主要研究者 母亲姓名 父亲姓名 配偶姓名 患方签字 医方签字 报案人 死者 死者姓名 捐献者 供者 受者 申请人 申请者 预约人 就诊人 建档人 参保人 执行医师 主检医师 总检医师 体检者 复查者 发放者 签收人 签收者 领取人 交接人 护送者 护送人员 带组医师 修订者 经手人 主任签名 药师 审核药师 调配药师 发药药师 调配者 发药者 核对药师 处方医师 处方医生',
  ],
  // Labels only when set off by a colon: in a sentence they are verbs or nouns.
  [
    W.NAME_LABEL | W.BROAD | W.STOP,
    0,
    '麻醉 记录 审阅 初审 终审 复审 二审 主诊 审核 复核 校对 校核 诊断 检查 报告 操作 执行 核对 护理 交班 接班 采集 取材 制片 签收 签发 汇报 主持 参加 讨论 书写 修改 手术 助手 器械 巡回 洗手 接收 送检 申请 开单 患 医 护 家属 配液 发药 调配 打印 录入 登记 随访 宣教 评估 上报 整改 联系',
  ],
  [
    W.ROLE | W.STOP,
    0,
    '本人 患者 病人 患儿 产妇 孕妇 伤者 逝者 病员 伤员 老人 家属 患者家属 病人家属 患者本人 其父 其母 其妻 其夫 其子 其女 其兄 其弟 其姐 其妹 其孙 其爱人 其丈夫 其妻子 其儿子 其女儿 其父亲 其母亲 其哥哥 其弟弟 其姐姐 其妹妹 其家属 其配偶 其女婿 其儿媳 其外甥 其侄子 其侄女 其孙子 其孙女 其外孙 其爷爷 其奶奶 其姥姥 其祖父 其祖母 之子 之女 之妻 之夫 之父 之母 之兄 之弟 之姐 之妹 之孙 父亲 母亲 妻子 丈夫 儿子 女儿 哥哥 弟弟 姐姐 妹妹 大哥 大姐 爱人 配偶 爷爷 奶奶 外公 外婆 祖父 祖母 孙子 孙女 外孙 外孙女 女婿 儿媳 侄子 侄女 外甥 外甥女 长子 次子 三子 长女 次女 三女 独子 独女 大儿子 小儿子 大女儿 小女儿 二儿子 二女儿 姑姑 姑妈 姨妈 舅舅 叔叔 伯父 伯伯 嫂子 姐夫 妹夫 岳父 岳母 公公 婆婆 保姆 护工 陪护 陪护家属 同事 邻居 朋友 室友 同学 同乡 工友 房东 司机 男友 女友 未婚妻 未婚夫 前夫 前妻 新生儿 患者之父 患者之母 患者之子 患者之女 患者之妻 患者之夫 患儿父亲 患儿母亲 患儿家长 家长 患者父亲 患者母亲 患者妻子 患者丈夫 患者儿子 患者女儿 患者名叫 名叫 名为 叫做 本名 自称 化名 姓 我叫 叫 我是 病友 受害人 嫌疑人 肇事者 转介人 联络人 通知 致电 电话通知 电联 联系 邀请 特邀 随访 询问 告知 转告 报告 汇报 主持 参与者 参加 受访者 来访者 访视 走访 追访 访谈 电访 收治 接诊 抢救 送来 陪同 伴随',
  ],
  [
    W.ROLE | W.TITLE | W.STOP,
    0,
    '医生 医师 护士 护士长 主任 副主任 主任医师 副主任医师 副主任护师 主任护师 主管护师 主治 教授 副教授 主管 护师 技师 主管技师 主任技师 副主任技师 药剂师 主管药师 营养师 康复师 治疗师 规培医生 规培医师 规培生 进修医生 进修医师 实习医生 实习医师 实习生 研究生 博士 硕士 博士后 院长 副院长 书记 副书记 科长 副科长 处长 副处长 部长 局长 副局长 厅长 所长 站长 村长 镇长 乡长 县长 市长 区长 校长 队长 组长 班长 经理 总经理 董事长 老板 会计 律师 法官 警官 民警 社工 志愿者 个案管理师 专家 院士 班主任 辅导员 村医 乡医 大夫 主任委员 总监 总住院 住院总 二线 一线 三线 主诊 医助 助理医师 执业医师 院感专员 专管员 网格员 联络员 司药 检验师傅 工程师 主任药师 副主任药师 总护士长 科护士长',
  ],
  [
    W.TITLE | W.STOP,
    0,
    '先生 女士 小姐 太太 夫人 同志 老师 老师傅 师傅 阿姨 大爷 大妈 大娘 大叔 叔 婆婆 爷爷 奶奶 大嫂 嫂子 婶 伯 哥 姐 老先生 老太太 老太 老汉 老人家 同学 家属 之子 之女 之妻 之夫 之父 之母 之兄 之弟 之姐 之妹 之孙 的家属 的儿子 的女儿 的妻子 的丈夫 的母亲 的父亲 的爱人 的姐姐 的妹妹 的哥哥 的弟弟 的孙子 的孙女 本人 主席 总 工 姓患者 姓男子 姓女子 氏',
  ],
  [
    W.STOP,
    0,
    '性别 男 女 男性 女性 年龄 民族 汉族 婚姻 婚否 已婚 未婚 职业 农民 工人 退休 无业 学生 籍贯 出生 出生地 科室 科别 床号 床位 病区 病房 病室 诊断 主诉 现病史 既往史 个人史 家族史 查体 体检 入院 出院 住院 门诊 急诊 就诊 来诊 来院 转院 转入 转出 收入 手术 术后 术前 术中 因 于 诉 自诉 主诉 述 自述 代诉 称 无 有 已 未 不 在 从 自 由 经 被 将 把 与 和 及 或 以 为 是 今日 昨日 今晨 昨晚 目前 现 现在 神志 意识 精神 一般 生命体征 体温 血压 脉搏 呼吸 心率 电话 手机 联系电话 联系方式 身份证 身份证号 住址 地址 家庭住址 现住址 工作单位 单位 关系 与患者关系 日期 时间 年 月 日 查房 会诊 值班 指示 意见 同意 认为 建议 嘱 嘱咐 查看 看过 表示 要求 拒绝 签字 签名 确认 审核 报告 记录 主任 医师 医生 护士 教授 完成 执行 操作 协助 陪同 陪护 陪伴 送入 送至 送来 带领 主持 主刀 到场 到达 来电 致电 电话 回复 反映 诊治 处理 接诊 收治 住 家住 现住 系 乃 即 曾 时 后 前 等 均 也 仍 突发 突然 反复 发现 出现 感 觉 伴 发热 咳嗽 头痛 头晕 腹痛 胸痛 胸闷 恶心 呕吐 乏力 跌倒 摔倒 车祸 外伤 晨起 夜间 饮食 睡眠 大小便 二便 一名 一人 之',
  ],
  [
    W.NUMBER | W.STOP,
    T.MRN,
    '病案号 病历号 病案编号 病历编号 病案 病历号码 病案号码 住院号 住院号码 住院编号 住院病历号 住院病案号 住院流水号 住院登记号 住院ID 患者ID 病人ID 患者ID号 病人ID号 患者编号 病人编号 患者标识 患者号 病人号 病员号 登记号 档案号 健康档案号 健康档案编号 档案编号 个人档案号 首页号 病例号 病案首页号 留观号 体检编号 体检号 随访编号 登记编号 受试者编号 受试者号 筛选号 入组号 索引号 患者主索引 主索引号 主索引 就诊卡 建档号 孕册号 母子健康手册号 保健手册号 围产号 围产保健号 新生儿编号 ID号',
  ],
  [
    W.NUMBER | W.STOP,
    T.OUTPATIENT_NO,
    '门诊号 门诊号码 门诊编号 门诊病历号 门诊病案号 门诊ID 门诊流水号 门急诊号 急诊号 急诊编号 急诊病历号 就诊号 就诊编号 就诊序号 就诊流水号 就诊ID 就诊卡号 诊疗卡号 诊疗卡 就诊卡 挂号单号 挂号流水号 挂号号 挂号ID 挂号序号 挂号编号 预约号 预约单号 预约编号 就医卡号 就医ID 院内卡号 一卡通号 一卡通',
  ],
  [
    W.NUMBER | W.STOP,
    T.REPORT_NO,
    '报告号 报告单号 报告编号 报告ID 报告流水号 检查号 检查编号 检查单号 检查ID 影像号 影像编号 影像ID 放射号 放射编号 超声号 超声编号 B超号 彩超号 病理号 病理编号 病理检查号 病理报告号 冰冻号 细胞学号 活检号 心电图号 心电号 脑电图号 内镜号 内镜编号 胃镜号 肠镜号 CT号 CT编号 MR号 MRI号 磁共振号 核磁号 DR号 X线号 X光号 平片号 片号 检验单号 检验报告号 检验报告单号 检验号 化验单号 化验号 核医学号 骨密度号 肌电图号 造影号 会诊单号 会诊编号 钼靶号 PET号 PET-CT号 DSA号 基因检测编号 鉴定书编号 鉴定编号',
  ],
  [
    W.NUMBER | W.STOP,
    T.SOCIAL_CARD,
    '医保卡号 医保卡 医保号 医保编号 医保账号 医保个人编号 医保证号 医保手册号 医保电脑号 医疗保险号 医疗保险卡号 医疗保险证号 医疗证号 医疗卡号 社保卡号 社保卡 社保号 社保编号 社保电脑号 社会保障卡号 社会保障卡 社会保障号 社会保障号码 社会保险号 参保号 参保编号 参保人编号 个人编号 合疗证号 合作医疗证号 合作医疗号 新农合证号 新农合号 新农合卡号 农合号 农合证号 农保号 居民健康卡号 健康卡号 健康卡 电子健康卡号 电子健康卡 市民卡号 市民卡 公费医疗证号 保险号 保单号 保险单号 保险卡号 金保号 优抚证号 残疾证号 残疾人证号 老年证号 军官证号 士兵证号 警官证号',
  ],
  [
    W.NUMBER | W.STOP,
    T.ACCOUNT,
    '账号 帐号 账户 帐户 账户号 账号为 银行账号 银行帐号 银行账户 微信号 微信 微信ID QQ号 QQ号码 QQ 支付宝 支付宝账号 支付宝帐号 钉钉号 抖音号 微博账号 微博 用户名 用户ID 用户账号 登录名 登录账号 登录号 工号 员工号 员工编号 职工号 职工编号 医生工号 医师工号 护士工号 操作员号 医师编码 医生编码 医师代码 执业证号 执业证书编号 执业证书号 资格证书编号 资格证号 医师执业证书编号 学号 考号 准考证号 存折号 存折账号 公积金账号 公积金号 收款账号 退费账号 退款账号 缴费账号 电费户号 户号 会员号 会员卡号 会员编号 警号 客户号 驾驶证号 驾照号 驾驶证档案编号 护照编号',
  ],
  [
    W.NUMBER | W.STOP,
    T.ID_CARD,
    '身份证 身份证号 身份证号码 居民身份证 居民身份证号 居民身份证号码 公民身份号码 公民身份证号 公民身份证号码 身份号码 二代证 二代身份证 身份证件号 身份证件号码 证件号 证件号码 证件编号 有效证件号 证号 证件 身份证明 身份证编号 公民身份证 外国人永久居留证 外国人永久居留身份证 永久居留证 永居证',
  ],
  [
    W.NUMBER | W.STOP,
    T.HMT_RESIDENCE,
    '港澳台居民居住证 港澳台居民居住证号 港澳居民居住证 台湾居民居住证 居住证 居住证号 居住证号码 台湾居住证 港澳居住证',
  ],
  [
    W.NUMBER | W.STOP,
    T.USCC,
    '统一社会信用代码 社会信用代码 信用代码 统一信用代码 税号 纳税人识别号 组织机构代码 机构代码 纳税识别号 营业执照号 营业执照 注册号',
  ],
  [
    W.NUMBER | W.STOP,
    T.MOBILE,
    '手机 手机号 手机号码 移动电话 联系手机 本人手机 家属手机 手机联系 微信同号 电话/手机 手机/电话',
  ],
  [
    W.NUMBER | W.STOP,
    T.LANDLINE,
    '电话 电话号 电话号码 联系电话 联系电话号码 联系方式 家庭电话 家属电话 固定电话 固话 座机 办公电话 单位电话 住宅电话 宅电 科室电话 咨询电话 预约电话 值班电话 联络电话 本人电话 患者电话 急救电话 传真 传真号 传真号码 热线 热线电话 咨询热线 来电号码 来电 致电 拨打 回电 短号 分机 分机号 内线 内线电话 小灵通 联系号码 通讯方式',
  ],
  [
    W.NUMBER | W.STOP,
    T.BANK_CARD,
    '银行卡 银行卡号 银行卡号码 卡号 信用卡 信用卡号 借记卡 借记卡号 储蓄卡 储蓄卡号 工资卡号 工资卡 收款卡号 退费卡号 退款卡号 工行卡 建行卡 农行卡 中行卡 邮政卡 招行卡 银联卡 银联卡号 工行卡号 建行卡号 农行卡号 惠民卡号 一卡通卡号 退费银行卡 补助卡号',
  ],
  [W.NUMBER | W.STOP, T.PASSPORT, '护照 护照号 护照号码 护照编号 护照证号 因私护照 因公护照 外籍护照'],
  [
    W.NUMBER | W.STOP,
    T.HKMO_PERMIT,
    '港澳通行证 港澳通行证号 往来港澳通行证 往来港澳通行证号 港澳居民来往内地通行证 港澳居民来往内地通行证号 来往内地通行证 来往大陆通行证 台湾居民来往大陆通行证 台湾居民来往大陆通行证号 往来台湾通行证 大陆居民往来台湾通行证 台胞证 台胞证号 回乡证 回乡证号 回乡卡 回乡卡号 通行证 通行证号 通行证号码 入台证 入台证号',
  ],
  [W.NUMBER | W.STOP, T.PLATE, '车牌 车牌号 车牌号码 车号 号牌 牌照 牌照号 牌号 车辆号牌 救护车号'],
  [W.NUMBER | W.STOP, T.EMAIL, '邮箱 电子邮箱 电子邮件 邮件 邮箱地址'],
  [W.NUMBER | W.STOP, T.IP, 'IP地址 终端IP 登录IP 客户端IP 服务器IP 内网IP'],
  [W.NUMBER | W.STOP, T.MAC, 'MAC地址 物理地址 网卡地址'],
  [
    W.NOT_PERSONAL | W.STOP,
    0,
    '批号 批次 批次号 批 产品批号 生产批号 药品批号 试剂批号 疫苗批号 耗材批号 灭菌批号 灭菌批次 灭菌号 锅号 锅次 生产日期 有效期 有效期至 失效期 失效日期 效期 灭菌日期 条码 条码号 条形码 条形码号 标本条码 样本条码 试管条码 腕带条码 二维码 标本号 标本编号 样本号 样本编号 样品号 样品编号 标本流水号 流水号 申请单号 申请单编号 申请号 申请编号 医嘱号 医嘱编号 处方号 处方编号 序列号 产品序列号 设备序列号 机身号 出厂编号 设备号 设备编号 仪器编号 仪器号 机器编号 设备编码 资产编号 固定资产编号 型号 规格 规格型号 货号 订单号 订单编号 物流单号 运单号 快递单号 采购单号 入库单号 出库单号 发票号 发票号码 票据号 收据号 合同号 合同编号 招标编号 国药准字 批准文号 注册证号 注册证编号 医疗器械注册证 械注准 械注进 卫妆准字 卫消证字 备案号 备案编号 追溯码 溯源码 电子监管码 药品追溯码 监管码 商品编码 药品编码 药品编号 药品代码 材料编码 耗材编码 收费编码 项目编码 项目代码 项目编号 诊断编码 疾病编码 手术编码 编码 代码 ICD编码 ICD ICD-10 ICD10 ICD-9 ICD9 ICD-O 版本 版本号 软件版本 固件版本 程序版本 内核版本 血袋号 血袋编号 献血码 产品码 献血编号 储血号 输血单号 植入物编号 假体编号 起搏器型号 支架型号 钢板编号 导管型号 晶体编号 晶体型号 DOI 文献 指南 伦理批号 伦理批件号 伦理编号 课题编号 项目号 基金号 专利号 标准号 国标 行标 ISBN ISSN 参考值 参考范围 正常值 消毒包编号 包号 器械包编号 箱号 柜号 货位号 库位 端口 端口号 错误码 错误代码 故障码 探头编号 探头号 球管编号 序号 编号 单号 单据号 凭证号 试剂盒 质控号 质控品批号 校准品批号 定标液批号 管号 孔号 板号 包装号 灯号 房间温度 条码为 通道号 波长 产品编号 产品代码 医用耗材 国械注准 国械注进 检定证书号 唯一标识 器械唯一标识 UDI',
  ],
  [
    W.ADDRESS | W.STOP,
    0,
    '住址 家庭住址 家庭地址 现住址 现住 现居住地 现居住址 现居 现居住 家住 家居 住所 住所地 户籍 户籍地 户籍地址 户籍所在地 户口地址 户口所在地 户口 户籍住址 常住地 常住地址 常住址 居住地 居住地址 居住于 居住在 住在 住于 常住 暂住 暂住地 暂住址 租住 租住于 籍贯 祖籍 出生地 原籍 生于 出生于 生长于 长于 久居 长期居住 通讯地址 通信地址 联系地址 单位地址 收货地址 邮寄地址 邮寄 送达地址 详细地址 地址 来自 地点 事发地 事发地点 发病地点 事故地点 务工于 暂居 寄居 迁居 搬至 搬到 回到 返回 途经 途径 旅居 旅居史 旅行史 发生于 位于 坐落 家在 家中地址 老家 老家在 现住地',
  ],
  [
    W.DATE | W.STOP,
    0,
    '日期 入院日期 出院日期 入院时间 出院时间 手术日期 手术时间 就诊日期 就诊时间 检查日期 检查时间 报告日期 报告时间 检验日期 采样日期 采样时间 采集时间 送检日期 送检时间 接收日期 接收时间 审核日期 审核时间 记录日期 记录时间 打印日期 打印时间 申请日期 申请时间 出生日期 出生年月 出生年月日 出生时间 生日 生于 出生于 出生 死亡日期 死亡时间 发病日期 发病时间 确诊日期 确诊时间 会诊日期 会诊时间 签字日期 签署日期 随访日期 随访时间 复诊日期 复诊时间 复查日期 末次月经 末次月经时间 LMP 预产期 EDC 初诊日期 转入日期 转科日期 建档日期 住院日期 住院时间 执行时间 谈话时间 签名日期 登记日期 时间 预约日期 预约时间 接种日期 用药时间 开立时间 评估日期 评估时间 初潮日期',
  ],
  [
    W.AGE | W.STOP,
    0,
    '年龄 实足年龄 年纪 岁数 日龄 月龄 周龄 现年 年仅 年方 时年 享年 终年 虚岁 周岁 生后 出生后 年约 年近 患者年龄 现龄',
  ],
  [
    W.ORG_LABEL | W.STOP,
    0,
    '工作单位 单位名称 就职于 任职于 供职于 工作于 就读于 就读 毕业于 单位 所在单位 用人单位 学校 转自 转诊自 送检单位 申请单位 委托单位 检测单位 报告单位 医疗机构 机构名称 医院名称 检测机构 就诊于 就诊医院 就诊机构 开户行 开户银行 转往 转至 务工单位 保险公司',
  ],
  [
    W.ORG,
    0,
    '医院 附属医院 人民医院 中心医院 中医院 中医医院 妇幼保健院 妇幼保健所 保健院 妇产医院 儿童医院 肿瘤医院 卫生院 卫生服务中心 卫生服务站 卫生室 卫生所 诊所 门诊部 医务室 疗养院 体检中心 急救中心 血液中心 血站 疾控中心 疾病预防控制中心 医学中心 医学检验所 检验中心 检验所 司法鉴定中心 鉴定所 鉴定中心 护理院 康复院 养老院 敬老院 福利院 老年公寓 养护院 养老中心 护理中心 康复中心 戒毒所 看守所 监狱 大学 学院 中学 小学 一中 二中 三中 四中 五中 六中 高级中学 实验中学 幼儿园 幼儿院 学校 职高 技校 党校 公司 集团 工厂 机械厂 制衣厂 纺织厂 化工厂 电子厂 服装厂 食品厂 钢铁厂 水泥厂 药厂 制药厂 鞋厂 家具厂 印刷厂 玩具厂 砖厂 厂 矿 煤矿 研究院 研究所 设计院 银行 支行 分行 信用社 派出所 公安局 分局 法院 检察院 司法局 教育局 卫健委 卫生局 民政局 交警队 交警大队 消防队 村委会 居委会 村民委员会 居民委员会 街道办 街道办事处 事务所 律师事务所 酒店 宾馆 饭店 大酒店 超市 商场 药店 药房 大药房 商店 饭馆 餐厅 工作室 合作社 农场 林场 牧场 保险公司 局 委员会 协会 基金会 红十字会 部队 军区 总医院 车站 火车站 机场 工地 项目部 博物馆 图书馆 俱乐部 健身房 培训中心 物业 有限公司 有限责任公司 股份有限公司 铁路局 电视台 报社 出版社 寺 教堂',
  ],
];

/** Latin labels and keys, lower case without separators; also pinyin initials as hospital systems use them. */
const latin: readonly (readonly [flags: number, type: number, words: string])[] = [
  [
    W.NAME_LABEL,
    0,
    'name patientname patname ptname fullname realname familyname givenname firstname lastname contactname contact doctorname doctor physician attending surgeon anesthetist anesthesiologist nurse nursename reporter reviewer operator signer signature signedby author recordedby reportedby guardian xm xingming brxm hzxm jzysxm ysxm hsxm lxrxm lxr zrhs zgys zzys username_cn pt patient mr mrs ms dr prof requestingphysician referringphysician attendingdoctor admittingdoctor consultant resident relative spouse father mother kin nextofkin emergencycontact legalguardian employeename staffname witness bm csr jsr shr czr dprys xingm cname',
  ],
  [
    W.NUMBER,
    T.MRN,
    'mrn mrno patientid patid pid patientno medicalrecordno medicalrecordnumber medrecno inpatientno inpno admissionno admno hospno hospitalno hospitalid caseno chartno recordno bah zyh blh bah brid patient_id empi empiid mpi brbh zyhm bingli zhuyuanhao subjectid',
  ],
  [
    W.NUMBER,
    T.OUTPATIENT_NO,
    'outpatientno outpno opno clinicno visitno visitid encounterid encounterno registrationno regno mzh mzhm jzh jzkh jzlsh ghxh jzxh ghdh opdno erno',
  ],
  [
    W.NUMBER,
    T.REPORT_NO,
    'reportno reportid reportnumber examno examid studyid studyno pathologyno pathno bgh bgdh jch jcbh yxh blbh imageno ctno mrno_img radno usno bgbh',
  ],
  [
    W.NUMBER,
    T.SOCIAL_CARD,
    'socialcard socialsecurityno ssn insuranceno insuranceid medicareno policyno ybkh ybh sbkh sbh ylbxh ybbh healthcardno siNo sicard cardsi insuredno',
  ],
  [
    W.NUMBER,
    T.ACCOUNT,
    'account accountno accountnumber acct acctno wechat weixin wx qq userid loginname username login uid staffid staffno employeeid empid empno gh zh yhzh workno jobno',
  ],
  [
    W.NUMBER,
    T.ID_CARD,
    'idcard idcardno idno idnumber identityno identitycard idcardnumber identification sfzh sfz sfzhm zjhm citizenid nationalid certno certificateno zjh resident_id residentid',
  ],
  [W.NUMBER, T.USCC, 'uscc creditcode shxydm tyshxydm taxno taxid orgcode'],
  [W.NUMBER, T.MOBILE, 'mobile mobileno mobilephone cell cellphone sjh sjhm shouji'],
  [
    W.NUMBER,
    T.LANDLINE,
    'tel telephone phone phoneno phonenumber telno contactphone homephone officephone fax lxdh dh dhhm jtdh contacttel hotline ext',
  ],
  [W.NUMBER, T.BANK_CARD, 'bankcard bankcardno cardno bankno creditcard debitcard yhkh kh'],
  [W.NUMBER, T.PASSPORT, 'passport passportno passportnumber hzh hzhm'],
  [W.NUMBER, T.HKMO_PERMIT, 'permitno travelpermit hkmopermit mtp'],
  [W.NUMBER, T.PLATE, 'plate plateno licenseplate licenceplate cph carno'],
  [W.NUMBER, T.EMAIL, 'email mail e-mail yx'],
  [W.NUMBER, T.IP, 'ip ipaddr ipaddress clientip serverip ipv4 ipv6 host'],
  [W.NUMBER, T.MAC, 'mac macaddr macaddress'],
  [
    W.ADDRESS,
    0,
    'address addr homeaddress homeaddr residence birthplace nativeplace dz jtdz jtzz xzz hkdz lxdz jzdz csd jg city street location',
  ],
  [
    W.DATE,
    0,
    'date dob birthdate birthday dateofbirth admissiondate admitdate dischargedate visitdate examdate reportdate surgerydate opdate csrq ryrq cyrq jzrq ssrq bgrq jcrq birth time datetime timestamp',
  ],
  [W.AGE, 0, 'age nl nianling aged'],
  [
    W.ORG_LABEL,
    0,
    'hospital hospitalname org orgname organization organisation employer company institution school yymc gzdw dwmc clinic workunit jgmc',
  ],
  [
    W.NOT_PERSONAL,
    0,
    'lot lotno batch batchno batchnumber barcode sn s/n serial serialno serialnumber ref refno accession accessionno accessionnumber acc specimen specimenid specimenno sample sampleid sampleno icd icd10 icd9 loinc snomed udi gtin model version ver v rev doi pmid orderno orderid device deviceid deviceno part partno gs1 exp expiry isbn issn cas catno catalog nct sku firmware build port code bbh txm ph tmh nctid',
  ],
];

const each = (first: string, second: string): string =>
  first
    .split(' ')
    .flatMap((a) => second.split(' ').map((b) => a + b))
    .join(' ');

/** Labels and roles that are built from parts: 上报人, 接收医师, 患者岳母, 我老公, 管床医生. */
const built: readonly (readonly [flags: number, type: number, words: string])[] = [
  [
    W.NAME_LABEL | W.STOP,
    0,
    each(
      '上报 访视 接收 承办 申报 探视 采集 宣教 代签 见证 监督 评估 调解 接待 陪诊 送检 处置 处理 审批 批准 编写 校对 填写 整理 录入 打印 受理 转诊 联络 通知 保管 督查 质控 巡查 抢救 交款 收款 付款 领药 发药 配药 复印 借阅 邮寄 陪护 陪同 护送 转运 押运 申诉 举报 询问 谈话 告知 检测 鉴定 签约 建册 管理 总检 终检 读片 会诊 首诊 转出 转入 注射 接种 采血 穿刺 换药 查对 复查 登记 汇总 统计 制表 制单 审单 出诊 跟诊 带教 规培 进修 实习 责任 主管 经治 管床 值班 当班 上机 下机 主班 夜班 白班',
      '人 者 员 人员 医师 医生 护士 技师',
    ),
  ],
  [
    W.ROLE | W.STOP,
    0,
    `${each('患者 病人 患儿 产妇 我 他 她 他的 她的 我的', '爸 妈 爸爸 妈妈 父亲 母亲 老公 老婆 爱人 丈夫 妻子 儿子 女儿 哥哥 弟弟 姐姐 妹妹 岳父 岳母 公公 婆婆 奶奶 爷爷 外婆 外公 侄子 侄女 外甥 孙子 孙女 兄长 同事 朋友 邻居')} 老公 老婆 兄长 协调员 心理师 治疗师 康复师 担架员 救护员 驾驶员 驾驶人 车主 业主 死亡患者 家属代表 供体 受体 车夫 店主 雇主 单位同事 单位领导 村干部 网格长 楼长 民警同志 的爱人 的老公 的老婆 的爸爸 的妈妈 的父亲 的母亲 的儿子 的女儿 的妻子 的丈夫 的家属 的同事 的朋友 探视 由护士 由医生 居民 村民 市民 台商 港商 外商 公民 游客 租客 呼救者 求助者 受伤者 乘客 旅客 学员 队员 员工 职工 职员 辅警 翻译`,
  ],
  [W.ORG_LABEL | W.STOP, 0, each('转出 转入 申请 受邀 邀请 出具 采样 检测 送检 接诊 首诊 承保 签约', '机构 医院 单位')],
  [W.NOT_PERSONAL | W.STOP, 0, '临床试验注册号 试验注册号 方案编号 注册证 保修卡号'],
  [W.ROLE | W.TITLE | W.STOP, 0, '住院医 规培医 进修医 轮转医 一线医 心理咨询师 心理医生 口腔医生 检察官 书记员 协警'],
];

const expand = (rows: readonly (readonly [number, number, string])[]): Word[] =>
  rows.flatMap(([flags, type, words]) => words.split(' ').map((text) => ({ text, flags, type })));

/** Later lists add their flags to earlier ones of the same word; the first NUMBER type stays. */
function merged(words: readonly Word[]): Word[] {
  const byText = new Map<string, Word>();
  for (const word of words) {
    const before = byText.get(word.text);
    byText.set(
      word.text,
      before === undefined
        ? word
        : { ...before, flags: before.flags | word.flags, type: before.flags & W.NUMBER ? before.type : word.type },
    );
  }
  return [...byText.values()];
}

export const HAN_WORDS: readonly Word[] = merged(expand([...lists, ...built]));
export const LATIN_WORDS: readonly Word[] = merged(expand(latin));
