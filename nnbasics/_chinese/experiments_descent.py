"""Chinese for the experiments on batches, learning rates and schedules."""

ZH: dict[str, str] = {
    # batch-size
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
    # lr-finder
    # schedule-noise-floor
}
