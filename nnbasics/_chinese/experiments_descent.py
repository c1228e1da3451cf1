"""Chinese for the experiments on batches, learning rates and schedules."""

ZH: dict[str, str] = {
    # batch-size
    "How many rows should an update see?": "每次更新该用多少个样本？",
    "The same run three times: by epochs small batches lead, by updates and by the clock large ones": (
        "同一次训练看三遍：按轮数算，小批量领先；按更新次数和按时间算，大批量领先"
    ),
    "updates": "更新次数",
    "seconds, on this machine": "秒（本机实测）",
    "loss, training data": "训练集上的损失",
    "batch size $B$": "批量大小 $B$",
    "noise / gradient": "噪声与梯度之比",
    "theory:": "理论：",
    "rows of an update": "每次更新的样本数",
    "After {epochs} epochs batches of {few} have the lowest loss; up to update {updates}, those of {many}.\n"
    "An update with {rows} rows takes {times:.1f} times as long as one with {one}": (
        "训练 {epochs} 轮后，批量为 {few} 的损失最低；只更新 {updates} 次时，批量为 {many} 的最低。\n"
        "用 {rows} 个样本更新一次，耗时是用 {one} 个样本的 {times:.1f} 倍"
    ),
    # learning-rate-regimes
    "What does the learning rate decide?": "学习率决定了什么？",
    "A bowl and a network creep, arrive, swing or diverge, and the curvature says from which rate on": (
        "碗形曲面和网络都会缓慢爬行、顺利到达、来回摆动或发散，分界由曲率决定"
    ),
    "creeps": "缓慢",
    "arrives": "到达",
    "swings": "摆动",
    "diverges": "发散",
    "distance left\nafter a step": "每步之后\n剩下的距离",
    "theory: $|1 - \\eta\\lambda|$": "理论：$|1 - \\eta\\lambda|$",
    "loss of a network\nafter {n} updates": "网络更新\n{n} 次后的损失",
    "share of\nnetworks": "网络的\n比例",
    "loss rose\nat some update": "损失曾经上升",
    "diverged": "发散",
    "learning rate times curvature $\\eta\\lambda$": "学习率 × 曲率 $\\eta\\lambda$",
    "A bowl swings past ηλ = 1 and diverges past 2. The loss rises in most networks\n"
    "from {rise:.1f} on, and most diverge from {burst:.1f} on; it ends lowest at {best:.1f}": (
        "碗形曲面在 ηλ 超过 1 时摆动，超过 2 时发散。多数网络的损失从 {rise:.1f} 起\n"
        "出现回升，从 {burst:.1f} 起发散；最终损失在 {best:.1f} 处最低"
    ),
    # lr-finder
    "Does one short run with a growing learning rate find a good one?": (
        "让学习率一路增大，试跑一小段，能找到合适的学习率吗？"
    ),
    "The range test finds the scale of a good rate in 100 updates, though not its exact value": (
        "学习率范围测试用 100 次更新就找到合适的量级，但给不出准确的值"
    ),
    "steepest point": "下降最陡处",
    "a tenth of the blow-up": "发散处的十分之一",
    "best of the search": "搜索到的最佳值",
    "loss in the range test\n({n} updates)": "范围测试中的损失\n（{n} 次更新）",
    "loss after training": "训练后的损失",
    "Times the best rate: {a:.2g} at the steepest point, {b:.2g} at a tenth of the blow-up\n"
    "Loss after training: {steepest:.2g} and {tenth:.2g}; at the best rate {search:.2g}": (
        "与最佳学习率之比：下降最陡处为 {a:.2g}，发散处的十分之一为 {b:.2g}\n"
        "训练后的损失：两者分别为 {steepest:.2g} 和 {tenth:.2g}，用最佳学习率则为 {search:.2g}"
    ),
    "grey below: the search, mean of 8 other seeds": "下图灰线：搜索，另外 8 个随机种子的平均",
    # schedule-noise-floor
    "What is a learning rate that decays good for?": "学习率衰减有什么用？",
    "Under noise a constant rate stays on a floor that theory names; with decay the error sinks below it": (
        "梯度有噪声时，固定学习率停在理论给出的下限上；学习率衰减，误差就能降到它以下"
    ),
    "constant": "固定",
    "error $E[w^2]$ on a noisy bowl": "带噪声的碗形曲面上的误差 $E[w^2]$",
    "theory: floor $\\frac{\\eta\\sigma^2}{\\lambda(2 - \\eta\\lambda)}$": (
        "理论：下限 $\\frac{\\eta\\sigma^2}{\\lambda(2 - \\eta\\lambda)}$"
    ),
    "moons, noise {noise:g}": "moons 数据，噪声 {noise:g}",
    "On the bowl decay sinks below the floor. Networks, constant rate against cosine:\n"
    "loss {kept:.2g} and {cut:.2g} on moons of noise {noise:g}, {kept2:.2g} and {cut2:.2g} of {noise2:g}": (
        "在碗形曲面上，衰减使误差降到下限以下。网络最终的损失，固定学习率对余弦衰减：\n"
        "moons 数据噪声为 {noise:g} 时 {kept:.2g} 对 {cut:.2g}，噪声为 {noise2:g} 时 {kept2:.2g} 对 {cut2:.2g}"
    ),
    "dashed: theory": "虚线：理论",
}
