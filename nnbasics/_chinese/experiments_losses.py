"""Chinese for the experiments on activations and losses."""

ZH: dict[str, str] = {
    # softmax-temperature
    "What does a temperature do to softmax?": "温度对 softmax 有什么影响？",
    "Cold, softmax gives all to the largest logit; warm, it evens the classes out": (
        "温度低时，softmax 把概率全给最大的 logit；温度高时，各类概率趋于相等"
    ),
    "theory, T → ∞: 1/K = {limit:.3f}": "理论，T → ∞：1/K = {limit:.3f}",
    "theory, T → ∞: ln K = {top:.3f}": "理论，T → ∞：ln K = {top:.3f}",
    "theory, T large:\nln K − v/2T²": "理论，T 较大时：\nln K − v/2T²",
    "temperature T": "温度 T",
    "probability p": "概率 p",
    "entropy H (K = {n})": "熵 H（K = {n}）",
    "Cold, softmax gives all to the largest logit; warm, it evens the classes out\n"
    "Median entropy, as a share of ln K: {cold:.0%} at T = {low:g}, {warm:.0%} at T = {high:g}": (
        "温度低时，softmax 把概率全给最大的 logit；温度高时，各类概率趋于相等\n"
        "熵占 ln K 的比例（中位数）：T = {low:g} 时 {cold:.0%}，T = {high:g} 时 {warm:.0%}"
    ),
    # logits-or-probabilities
    "What does a softmax before the cross-entropy cost?": "交叉熵之前多做一次 softmax，代价有多大？",
    "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling": (
        "把概率交给交叉熵，损失降到下限就停住；交给它 logits，损失会一直下降"
    ),
    "theory: floor ln(1 + (K − 1)/e) = {floor:.4f}, K = {classes}": (
        "理论：下限 ln(1 + (K − 1)/e) = {floor:.4f}，K = {classes}"
    ),
    "cross-entropy, training data": "训练集上的交叉熵",
    "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling\n"
    "Right on test data: {logits:.1%} with logits, {probabilities:.1%} with probabilities": (
        "把概率交给交叉熵，损失降到下限就停住；交给它 logits，损失会一直下降\n"
        "测试集正确率：用 logits 为 {logits:.1%}，用概率为 {probabilities:.1%}"
    ),
}
